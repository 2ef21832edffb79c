-- One row per shard of the snapshot.
select shard
from core.source
where shard is not null
order by shard
