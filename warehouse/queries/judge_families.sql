-- One row per judge: whose prompts it words otherwise, and whether its verdicts were copied.
select
    judge.judge,
    judge.name,
    judge.kind,
    min(used.variant_of) as variant_of,
    bool_or(used.is_copied) as is_copied
from core.judge as judge
join core.judge_known as known using (judge_no)
join core.judge_used as used using (shard, judge_key)
group by judge.judge, judge.name, judge.kind
order by judge.judge
