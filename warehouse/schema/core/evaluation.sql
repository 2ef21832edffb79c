-- One row per evaluation: one run sampled once on one battery under fixed settings.
-- Key: evaluation_no
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
    described.eval_intervention,
    described.eval_text,
    described.temperature,
    described.max_tokens,
    coalesce(described.beginning, false) as beginning,
    described.evaluated_at
from core.evaluation_described as described
join core.run as run using (run_key)
