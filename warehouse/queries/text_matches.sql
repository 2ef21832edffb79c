-- One row per sample whose answer contains the text, in any case, read from the shards named.
-- An expression is matched without making a copy of every answer in lower case.
select sample_key
from read_parquet($files, hive_partitioning = false)
where regexp_matches(answer, regexp_escape($text), 'i')
