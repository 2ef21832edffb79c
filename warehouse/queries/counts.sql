-- One row per evaluation, question, trait and judge: the counts behind every rate.
with chosen as (
    select
        evaluation.evaluation_no,
        evaluation.evaluation_id,
        evaluation.eval_intervention,
        evaluation.temperature,
        run.*  exclude (experiment),
        evaluation.experiment,
        model.family,
        model.size,
        coalesce(intervention.kind, 'other') as kind,
        coalesce(intervention.relevance, 'unknown') as relevance,
        coalesce(intervention.placement, 'none') as placement,
        intervention.dose
    from core.evaluation as evaluation
    join core.run as run using (run_no)
    left join core.model as model on model.model = run.model
    left join core.intervention as intervention
        on intervention.experiment = evaluation.experiment
        and intervention.intervention = run.intervention
    where (len($experiment) = 0 or list_contains($experiment, evaluation.experiment))
        and (len($model) = 0 or list_contains($model, run.model))
        and (len($dataset) = 0 or list_contains($dataset, run.dataset))
        and (len($intervention) = 0 or list_contains($intervention, run.intervention))
        and (len($kind) = 0 or list_contains($kind, intervention.kind))
        and (len($relevance) = 0 or list_contains($relevance, intervention.relevance))
        and (len($placement) = 0 or list_contains($placement, intervention.placement))
        and (
            len($eval_intervention) = 0
            or list_contains($eval_intervention, evaluation.eval_intervention)
        )
        and (len($run) = 0 or list_contains($run, run.run))
        and (len($evaluation) = 0 or list_contains($evaluation, evaluation.evaluation_id))
),

used as (
    select
        judged.judged_no,
        judged.evaluation_no,
        coalesce(judge.judge, 'none') as judge,
        criterion.criterion
    from core.judged_by as judged
    left join core.judge as judge using (judge_no)
    left join core.criterion as criterion using (criterion_no)
    where judged.evaluation_no in (select evaluation_no from chosen)
        and (len($judge) = 0 or list_contains($judge, coalesce(judge.judge, 'none')))
),

asked as (
    select question_no, question_id, coalesce(name, text) as question_name, question_group, in_domain
    from core.question
    where case $domain when 'outside' then not in_domain when 'inside' then in_domain else true end
        and (len($question) = 0 or list_contains($question, question_id))
),

counted as (
    select
        judged_no,
        trait,
        question_no,
        count(*) as n_planned,
        count(*) filter (is_answered) as n_answered,
        count(*) filter (is_judged) as n_judged,
        count(*) filter (class = 'refusal') as n_refusal,
        count(*) filter (class = 'code') as n_code,
        count(*) filter (is_incoherent) as n_incoherent,
        count(*) filter (class = 'unparsed') as n_unparsed,
        count(*) filter (is_missing) as n_missing,
        count(*) filter (is_counted) as n_counted,
        count(*) filter (is_trait) as n_trait,
        count(*) filter ((is_missing or class = 'unparsed') and not is_counted)
            as n_unscored_excluded
    from marts.classed($lines)
    where judged_no in (select judged_no from used)
        and question_no in (select question_no from asked)
    group by judged_no, trait, question_no
)

select
    chosen.experiment,
    counted.trait,
    used.criterion,
    used.judge,
    chosen.model,
    chosen.family,
    chosen.size,
    chosen.dataset,
    chosen.intervention,
    chosen.kind,
    chosen.relevance,
    chosen.placement,
    chosen.dose,
    chosen.eval_intervention,
    chosen.run,
    chosen.settings,
    chosen.epochs,
    chosen.lora_rank,
    chosen.seed,
    chosen.temperature,
    chosen.evaluation_id as evaluation,
    asked.question_id as question,
    asked.question_name,
    asked.question_group,
    asked.in_domain,
    counted.* exclude (judged_no, trait, question_no)
from counted
join used using (judged_no)
join chosen using (evaluation_no)
join asked using (question_no)
where (len($trait) = 0 or list_contains($trait, counted.trait))
order by
    chosen.experiment, counted.trait, used.judge, chosen.model, chosen.dataset,
    chosen.intervention, chosen.run, chosen.evaluation_id, counted.question_no
