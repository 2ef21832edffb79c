-- One row per evaluation that does not say how it was made.
-- Title: Provenance is missing
-- Severity: notice
-- Why: A number whose judge or sampling settings are unknown cannot be reproduced.
with told as (
    select
        told.*,
        bool_or(judge.name = 'unrecorded') as no_judge
    from core.told as told
    left join core.judged_by as judged using (evaluation_no)
    left join core.judge as judge using (judge_no)
    group by all
)

select
    experiment, model, intervention, run, evaluation, 1 as n,
    'Not recorded: ' || concat_ws(
        ', ',
        case when no_judge then 'the judge' end,
        case when temperature is null then 'the temperature' end,
        case when max_tokens is null then 'the token cap' end,
        case when evaluated_at is null then 'the date' end,
        case when eval_intervention <> 'none' and eval_text is null
            then 'the text before the prompts' end,
        case when seed is null and dataset <> 'none' then 'the seed' end,
        case when intervention = 'unrecorded' then 'the intervention' end
    ) || '.' as detail
from told
where no_judge or temperature is null or max_tokens is null or evaluated_at is null
    or (seed is null and dataset <> 'none') or intervention = 'unrecorded'
    or (eval_intervention <> 'none' and eval_text is null)
