-- One row per experiment in which a judge's coherence scores go with its other judgements.
select distinct evaluation.experiment
from core.judged_by as judged
join core.evaluation as evaluation using (evaluation_no)
where judged.coherence_judge_no is not null
order by evaluation.experiment
