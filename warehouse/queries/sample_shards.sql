-- One row per shard that holds any of the samples asked for.
select distinct source.shard
from core.sample as sample
join core.told as told using (evaluation_no)
join core.source as source using (source_no)
where sample.sample_key in (select unnest($keys::bigint[]))
order by source.shard
