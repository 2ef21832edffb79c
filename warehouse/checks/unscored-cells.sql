-- One row per evaluation, criterion and judge with more than 5 % of its samples unscored.
-- Title: More than 5 % of the answers are unscored
-- Severity: error
-- Why: Such a cell is not a result: what was not scored could turn it around.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (outcome.class in ('unanswered', 'missing', 'unparsed')) as n,
    format(
        '{} of {} samples have no {} from judge {}.',
        count(*) filter (outcome.class in ('unanswered', 'missing', 'unparsed')),
        count(*),
        coalesce(criterion.criterion, 'judgement'),
        coalesce(judge.judge, 'none')
    ) as detail
from marts.outcome as outcome
join core.judged_by as judged using (judged_no)
join core.told as told using (evaluation_no)
left join core.judge as judge using (judge_no)
left join core.criterion as criterion using (criterion_no)
group by
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    criterion.criterion, judge.judge
having n > 0.05 * count(*)
union all
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (outcome.coherence_state = 'missing') as n,
    format(
        '{} of {} samples have no coherence although it was judged.',
        count(*) filter (outcome.coherence_state = 'missing'),
        count(*)
    ) as detail
from marts.outcome as outcome
join core.judged_by as judged using (judged_no)
join core.told as told using (evaluation_no)
group by
    told.experiment, told.model, told.intervention, told.run, told.evaluation, judged.judged_no
having n > 0.05 * count(*)
