-- One row per experiment, judge and criterion whose scores may be on another scale than 0 to 100.
-- Title: The scale of a judge's scores is in doubt
-- Severity: error
-- Why: A 3 out of 5 is no 3 out of 100. None of these scores is counted until a mapping tells the scale.
select
    told.experiment,
    case when count(distinct told.model) = 1 then any_value(told.model) end as model,
    null as intervention, null as run, null as evaluation,
    any_value(doubt.n)::bigint as n,
    format(
        'All {} scores of judge {} on {} lie from {:g} to {:g}, as on a scale of {}.',
        any_value(doubt.n)::bigint, judge.judge, criterion.criterion,
        any_value(doubt.low), any_value(doubt.high), any_value(doubt.likely_scale)
    ) as detail
from core.scale_doubt as doubt
join core.told as told using (evaluation_no)
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
group by doubt.study, told.experiment, judge.judge, criterion.criterion
