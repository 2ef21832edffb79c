-- One row per sample asked for: its text, read from the shards named.
select sample_key, answer, error, finish_reason
from read_parquet($files)
where sample_key in (select unnest($keys::bigint[]))
