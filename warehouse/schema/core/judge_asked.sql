-- One row per judge and criterion whose prompt a source tells.
-- Key: judge_no, criterion_no
select judge.judge_no, criterion.criterion_no, min(asked.prompt) as prompt, min(asked.settings) as settings
from raw.judge_asked as asked
join core.criterion as criterion using (criterion)
join core.judge_used as used using (shard, judge_key)
join core.judge as judge
    on judge.name = used.name
    and judge.kind = used.kind
    and judge.prompt_version is not distinct from used.prompt_version
group by judge.judge_no, criterion.criterion_no
