-- One row per sample, or per sample of the keys given: its key, lowest first, and its number.
select sample_key, sample_no
from core.sample
where $keys is null or sample_key in (select unnest($keys::bigint[]))
order by sample_key
