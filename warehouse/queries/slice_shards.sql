-- One row per shard that holds samples of a slice.
select evaluation.shard, min(source.path) as path
from marts.chosen($slice)
join core.evaluation as evaluation using (evaluation_no)
join core.source as source on source.shard = evaluation.shard
group by evaluation.shard
order by evaluation.shard
