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
join core.wording as wording
    on wording.experiment = evaluation.experiment
    and wording.text = asked.text
    and wording.system_prompt is not distinct from asked.system_prompt
join core.question as question
    on question.experiment = wording.experiment
    and question.host_no = wording.host_no
