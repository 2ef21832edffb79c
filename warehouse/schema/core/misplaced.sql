-- One row per file of judgements that stands nearer to samples that are left out than to those counted.
-- Key: shard
-- Its judgements are of the samples beside it; a key alone would give them to the others.
with near as (
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

measured as (
    select
        shard,
        max(len(list_filter(
            range(1, len(string_split(path, '/')) + 1),
            lambda n: string_split(path, '/')[:n] = string_split(left_path, '/')[:n]
        ))) as to_left,
        max(len(list_filter(
            range(1, len(string_split(path, '/')) + 1),
            lambda n: string_split(path, '/')[:n] = string_split(counted_path, '/')[:n]
        ))) as to_counted
    from near
    group by shard
)

select shard
from measured
where to_left > to_counted
