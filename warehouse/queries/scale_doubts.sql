-- One row per study, judge and criterion whose scores are on a scale that nobody told.
select distinct
    doubt.study,
    judge.judge,
    criterion.criterion,
    doubt.n::bigint as n,
    doubt.low,
    doubt.high,
    doubt.likely_scale
from core.scale_doubt as doubt
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
order by doubt.study, judge.judge, criterion.criterion
