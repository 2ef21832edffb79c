-- One row per judge that a source names, and which of the judges of all sources it is.
-- Key: shard, judge_key
select used.shard, used.judge_key, judge.judge_no
from core.judge_used as used
join core.judge as judge
    on judge.name = used.name
    and judge.kind = used.kind
    and judge.prompt_version is not distinct from used.prompt_version
