-- One row per judge and experiment it judged, with the criteria it was asked about.
select
    evaluation.experiment,
    coalesce(judge.judge, 'none') as judge,
    coalesce(judge.kind, 'none') as kind,
    string_agg(distinct criterion.criterion, ', ' order by criterion.criterion) as criteria,
    count(distinct evaluation.evaluation_no) as evaluations
from core.judged_by as judged
join core.evaluation as evaluation using (evaluation_no)
left join core.judge as judge using (judge_no)
left join core.criterion as criterion using (criterion_no)
group by all
order by evaluation.experiment, judge
