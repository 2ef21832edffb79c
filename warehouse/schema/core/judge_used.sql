-- One row per judge that a source names; where it names none, the note beside the results may.
-- Key: shard, judge_key
select
    judge.shard,
    judge.judge_key,
    judge.kind,
    judge.prompt_version,
    judge.variant_of,
    coalesce(judge.is_copied, false) as is_copied,
    case
        when judge.name = 'unrecorded' then coalesce(declaration.judge, 'unrecorded')
        else judge.name
    end as name
from raw.judge as judge
join core.source as source using (shard)
left join core.declaration as declaration using (directory)
