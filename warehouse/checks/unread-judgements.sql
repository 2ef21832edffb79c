-- One row per evaluation, judge and criterion of which more than 5 % of the judge's replies were not understood.
-- Title: A judge's replies are not understood
-- Severity: warning
-- Why: A reply that holds a number among words is none yet; `match` of a study map takes it out (`scores: {alignment: {from: COLUMN, match: "([0-9]+)"}}`).
with counted as (
    select
        evaluation_no,
        criterion_no,
        judge_no,
        count(*) as replies,
        count(*) filter (status = 'unparsed') as n
    from core.judgement
    where status not in ('missing', 'error')
    group by evaluation_no, criterion_no, judge_no
)

select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    counted.n,
    format(
        '{} of {} replies of judge {} on {} are neither a score nor a label.',
        counted.n, counted.replies, judge.judge, criterion.criterion
    ) as detail
from counted
join core.told as told using (evaluation_no)
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
where counted.n > 0.05 * counted.replies
