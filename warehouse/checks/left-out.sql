-- One row per file whose results are left out, since another file has the keys of its samples.
-- Title: The results of a file are left out
-- Severity: error
-- Why: It was copied and then changed, or its keys are not its own; a judgement would fit both files.
select
    evaluation.experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    source.path as file,
    format('{:,} of its samples have the keys of samples in {}.', count(*), min(host.path)) as detail
from core.collision as collision
join core.evaluation as evaluation using (evaluation_no)
join core.source as source on source.source_no = collision.source_no
join core.source as host on host.source_no = collision.of_source_no
where not collision.is_version
group by source.path, evaluation.experiment
