-- One row per judge prompt of a battery's group.
select
    source.source_no,
    judge_prompt.* exclude (shard)
from raw.judge_prompt as judge_prompt
join core.source as source using (shard)
