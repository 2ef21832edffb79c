-- One row per shard that holds samples of a slice.
select distinct evaluation.shard
from marts.chosen($slice)
join core.evaluation as evaluation using (evaluation_no)
order by evaluation.shard
