-- One row per judgement whose score the probabilities of its judge were asked for.
select
    weighed.sample_key,
    judge.judge,
    criterion.criterion,
    weighed.sampled,
    weighed.weighed,
    weighed.mass
from core.judgement_weighed as weighed
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
order by weighed.sample_key, judge.judge, criterion.criterion
