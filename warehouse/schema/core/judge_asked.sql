-- One row per judge and criterion whose prompt a source tells.
-- Key: judge_no, criterion_no
select judge.judge_no, criterion.criterion_no, min(asked.prompt) as prompt, min(asked.settings) as settings
from raw.judge_asked as asked
join core.criterion as criterion using (criterion)
join core.judge_known as judge using (shard, judge_key)
group by judge.judge_no, criterion.criterion_no
