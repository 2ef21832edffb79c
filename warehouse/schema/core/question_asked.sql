-- One row per question an evaluation asked.
-- Key: evaluation_no, question_key
select
    evaluation.evaluation_no,
    asked.shard,
    asked.evaluation_key,
    asked.question_key,
    asked.question_group,
    question.question_no
from raw.question as asked
join core.evaluation as evaluation using (shard, evaluation_key)
join core.question as question
    on question.experiment = evaluation.experiment
    and question.text = asked.text
    and question.system_prompt is not distinct from asked.system_prompt
