-- One row per judge and criterion whose prompt is known.
select judge.judge, criterion.criterion, asked.prompt, asked.settings
from core.judge_asked as asked
join core.judge as judge using (judge_no)
join core.criterion as criterion using (criterion_no)
order by judge.judge, criterion.criterion
