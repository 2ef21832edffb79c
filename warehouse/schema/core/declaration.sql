-- One row per note a study left beside its results (info.txt); the newest of a folder.
-- Key: directory
select
    source.directory,
    declaration.judge,
    declaration.model_id,
    declaration.experiment,
    declaration.samples_per_question,
    declaration.declared_at,
    source.source_no
from raw.declaration as declaration
join core.source as source using (shard)
qualify row_number() over (partition by source.directory order by source.path) = 1
