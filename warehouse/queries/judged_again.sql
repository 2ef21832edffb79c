-- One row per judgement that a judge was asked for once more, of whatever is in the snapshot.
select
    again.sample_key,
    judge.judge,
    criterion.criterion,
    again.occasion,
    again.status::varchar as status,
    again.score,
    again.label
from core.judgement_again as again
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
order by again.sample_key, judge.judge, criterion.criterion, again.occasion
