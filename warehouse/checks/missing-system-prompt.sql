-- One row per question group that claims a system prompt and has none.
-- Title: A question group claims a system prompt but has none
-- Severity: warning
-- Why: Its rows repeat the other group's; they are replicates and not a condition.
select
    experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    format('Group {} of the battery has {} questions and no system prompt.', question_group, count(*))
        as detail
from core.battery_question
where regexp_matches(question_group, '(^|_)with_sys') and system_prompt is null
group by experiment, question_group
union all
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) as n,
    format('Group {} was asked {} questions without a system prompt.', asked.question_group, count(*))
from core.question_asked as asked
join core.told as told using (evaluation_no)
join core.question as question using (question_no)
where regexp_matches(asked.question_group, '(^|_)with_sys') and question.system_prompt is null
group by told.experiment, told.model, told.intervention, told.run, told.evaluation, asked.question_group
