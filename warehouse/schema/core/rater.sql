-- One row per judge who is a person that rates answers here.
-- Key: judge_no
select judge.judge_no, judge.name as rater, judge.prompt_version
from core.judge as judge
where judge.kind = 'human'
    and (judge.name, coalesce(judge.prompt_version, '')) in (
        select rater, coalesce(prompt_version, '') from core.rating
    )
