-- One row per evaluation, question, criterion and judge: its dimensions, and the counts no rule changes.
-- Key: tally_no
with counted as (
    select
        tally_no,
        judged_no,
        question_no,
        count(*) as n_planned,
        count(*) filter (class <> 'unanswered') as n_answered,
        count(*) filter (class <> 'unanswered' and class <> 'missing') as n_judged,
        count(*) filter (class = 'refusal') as n_refusal,
        count(*) filter (class = 'code') as n_code,
        count(*) filter (class = 'unparsed') as n_unparsed
    from marts.outcome
    group by tally_no, judged_no, question_no
)

select
    counted.*,
    coalesce(judge.judge, 'none') as judge,
    criterion.criterion,
    told.*,
    question.question_id as question,
    coalesce(question.name, question.text) as question_name,
    question.question_group,
    question.in_domain
from counted
join core.judged_by as used using (judged_no)
join core.told as told using (evaluation_no)
join core.question as question using (question_no)
left join core.judge as judge using (judge_no)
left join core.criterion as criterion using (criterion_no)
order by tally_no
