-- One row per evaluation with its run, model and intervention: every dimension a slice can have.
-- Key: evaluation_no
-- One all of whose samples another one holds is none of its own, and not here (core.twin).
select
    evaluation.evaluation_no,
    evaluation.evaluation_id as evaluation,
    evaluation.source_no,
    evaluation.study,
    evaluation.experiment,
    evaluation.eval_intervention,
    evaluation.eval_text,
    evaluation.temperature,
    evaluation.max_tokens,
    concat_ws(
        ' · ',
        'temperature ' || format('{:g}', evaluation.temperature),
        format('up to {:,} tokens', evaluation.max_tokens)
    ) as sampling,
    evaluation.evaluated_at,
    mixed.mixed,
    run.run_no,
    run.run,
    run.model,
    run.model_id,
    run.dataset,
    run.intervention,
    run.settings,
    run.epochs,
    run.lora_rank,
    run.seed,
    run.step,
    model.family,
    model.size,
    coalesce(intervention.kind, 'unknown') as kind,
    coalesce(intervention.relevance, 'unknown') as relevance,
    coalesce(intervention.placement, 'unknown') as placement,
    intervention.dose
from core.evaluation as evaluation
join core.run as run using (run_no)
left join core.mixed as mixed using (evaluation_no)
left join core.model as model on model.model = run.model
left join core.intervention as intervention
    on intervention.study = evaluation.study
    and intervention.experiment = evaluation.experiment
    and intervention.intervention = run.intervention
where evaluation.evaluation_no in (select evaluation_no from core.sample)
    or evaluation.evaluation_no not in (select evaluation_no from core.repeat where is_copy)
