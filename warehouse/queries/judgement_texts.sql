-- One row per judgement of the samples asked for: what the judge said, read from the shards named.
select
    string_split(filename, '/')[-2] as shard,
    sample_key, criterion, judge_key, status, score, label, raw
from read_parquet($files, filename = true)
where sample_key in (select unnest($keys::bigint[]))
order by sample_key, criterion, judge_key
