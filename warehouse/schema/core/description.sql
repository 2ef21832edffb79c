-- One row per file and study that its descriptions hold for.
-- They hold for the studies of its own results, else for those of the files beside and below it.
with own as (
    select distinct evaluation.shard, source.path, study.study
    from raw.evaluation as evaluation
    join core.source as source using (shard)
    join core.study as study
        on study.study_key = coalesce(
            'id:' || evaluation.study_id, 'name:' || evaluation.study, 'tree:' || source.tree
        )
),

describing as (
    select shard from raw.trait
    union
    select shard from raw.intervention
)

select distinct shard, study
from describing
join own using (shard)
union all
select distinct source.shard, own.study
from describing
join core.source as source using (shard)
left join own on starts_with(own.path, source.directory || '/')
where source.shard not in (select shard from own)
