-- One row per file all of whose results another file holds too, and that other one.
-- Key: source_no
-- Only the other one's are counted.
with dropped as (
    select told.shard, told.evaluation_key, source.source_no, source.sha256
    from raw.evaluation as told
    join core.source as source using (shard)
    where (told.shard, told.evaluation_key) not in (
        select shard, evaluation_key from core.evaluation
    )
),

named as (
    select dropped.source_no, min(host.path) as path
    from dropped
    join core.evaluation as evaluation using (evaluation_key)
    join core.source as host on host.source_no = evaluation.source_no
    where host.sha256 = dropped.sha256
    group by dropped.source_no
),

repeated as (
    select evaluation.source_no, min(host.path) as path
    from core.evaluation as evaluation
    join core.repeat as repeat using (evaluation_no)
    join core.evaluation as other on other.evaluation_no = repeat.of_evaluation_no
    join core.source as host on host.source_no = other.source_no
    group by evaluation.source_no
    having bool_and(repeat.is_copy)
)

select source_no, path
from (select * from named union select * from repeated)
where source_no not in (
    select evaluation.source_no
    from core.sample as sample
    join core.evaluation as evaluation using (evaluation_no)
)
qualify row_number() over (partition by source_no order by path) = 1
