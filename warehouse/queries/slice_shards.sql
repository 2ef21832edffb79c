-- One row per shard that holds samples of a slice.
select distinct evaluation.shard
from marts.chosen(
    $study, $experiment, $model, $dataset, $intervention, $kind, $relevance, $placement,
    $eval_intervention, $run, $evaluation, $judge, $question, $domain
)
join core.evaluation as evaluation using (evaluation_no)
order by evaluation.shard
