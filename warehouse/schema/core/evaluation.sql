-- One row per evaluation: one run sampled once on one battery under fixed settings.
-- Key: evaluation_no
-- Where texts at evaluation share a name in a study's experiment, each has its own hash behind it.
-- Rows: core.evaluation_described
select
    row_number() over (order by described.evaluation_id) as evaluation_no,
    described.evaluation_id,
    described.evaluation_key,
    described.shard,
    described.source_no,
    described.directory,
    described.study,
    run.run_no,
    described.experiment,
    described.is_numbered,
    case
        when described.eval_text is not null
            and min(described.eval_text) over same <> max(described.eval_text) over same
            then described.eval_intervention || ' · ' || left(md5(described.eval_text), 6)
        else described.eval_intervention
    end as eval_intervention,
    described.eval_text,
    described.temperature,
    described.max_tokens,
    coalesce(described.beginning, false) as beginning,
    described.evaluated_at
from core.evaluation_described as described
join core.run as run using (run_key)
window same as (
    partition by described.study, described.experiment, described.eval_intervention
)
