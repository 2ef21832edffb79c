-- One row per judge that a source names.
select shard, judge_key, name || coalesce(' · ' || prompt_version, '') as judge, kind
from core.judge_used
