-- One row per sample asked for: the hash of its answer, and the file that it came from.
select sample.sample_key, sample.answer_hash, source.path
from core.sample as sample
join core.evaluation as evaluation using (evaluation_no)
join core.source as source using (shard)
where sample.sample_key in (select unnest($keys::bigint[]))
