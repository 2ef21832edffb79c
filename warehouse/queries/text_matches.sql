-- One row per sample whose answer contains the text, in any case, read from the shards named.
select sample_key
from read_parquet($files)
where contains(lower(answer), lower($text))
