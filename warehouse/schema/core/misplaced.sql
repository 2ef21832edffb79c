-- One row per file of judgements that stands nearer to samples that are left out than to those counted.
-- Key: shard
-- Its judgements are of the samples beside it; a key alone would give them to the others.
with recursive near as (
    select
        judgement.shard,
        source.path,
        left_out.path as left_path,
        counted.path as counted_path
    from (
        select distinct judgement.shard, collision.source_no, collision.of_source_no
        from raw.judgement as judgement
        join core.collision as collision using (sample_key)
        where not collision.is_version
    ) as judgement
    join core.source as source on source.shard = judgement.shard
    join core.source as left_out on left_out.source_no = judgement.source_no
    join core.source as counted on counted.source_no = judgement.of_source_no
    where source.source_no <> counted.source_no
),

-- The numbers of the names in a path, as far as the deepest of them goes.
step as (
    select 1 as n
    union all
    select n + 1
    from step
    where n < (select max(length(path) - length(replace(path, '/', '')) + 1) from near)
),

-- Where two paths part: at the first name that is another one; nowhere if both are one.
parted as (
    select
        near.shard,
        near.left_path,
        near.counted_path,
        min(step.n) filter (
            split_part(near.path, '/', step.n) <> split_part(near.left_path, '/', step.n)
        ) as from_left,
        min(step.n) filter (
            split_part(near.path, '/', step.n) <> split_part(near.counted_path, '/', step.n)
        ) as from_counted
    from near
    cross join step
    group by near.shard, near.left_path, near.counted_path
)

select shard
from parted
group by shard
having bool_or(from_left is null) or max(from_left) > max(from_counted)
