-- One row per question that was asked.
select question_id as question, experiment, name, text, system_prompt, question_group, in_domain
from core.question
order by question_no
