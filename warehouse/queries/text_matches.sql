-- One row per sample whose answer contains the text, to the letter or in any case, of those asked for.
-- An expression is matched without making a copy of every answer in lower case, and only on answers
-- asked for. Without keys every sample of the shards named is looked at.
with asked as materialized (
    select sample_key, answer
    from read_parquet($files, hive_partitioning = false)
    where $keys is null or sample_key in (select unnest($keys::bigint[]))
)

select sample_key
from asked
where
    case
        when $is_exact then contains(answer, $text)
        else regexp_matches(answer, regexp_escape($text), 'i')
    end
