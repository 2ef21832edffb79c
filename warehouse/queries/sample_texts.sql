-- One row per sample asked for: its text, read from the shards named.
-- Shards that an older version wrote have no thoughts and no conversations.
select sample_key, answer, thoughts, error, finish_reason, conversation
from (
    select null::varchar as thoughts, null::varchar as conversation
    where false
    union all by name
    select *
    from read_parquet($files, union_by_name = true, hive_partitioning = false)
)
where sample_key in (select unnest($keys::bigint[]))
