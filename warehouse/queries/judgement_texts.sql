-- One row per judgement of the samples asked for: what the judge said, read from the shards named.
-- Shards that an older version wrote have no thoughts.
select
    string_split(filename, '/')[-2] as shard,
    sample_key, criterion, judge_key, status, score, label, raw, thoughts
from (
    select null::varchar as thoughts
    where false
    union all by name
    select *
    from read_parquet($files, filename = true, union_by_name = true, hive_partitioning = false)
)
where sample_key in (select unnest($keys::bigint[]))
order by sample_key, criterion, judge_key
