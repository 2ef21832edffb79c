-- One row per evaluation, question, trait and judge: the counts behind every rate.
with chosen as (
    select * from marts.chosen(
        $experiment, $model, $dataset, $intervention, $kind, $relevance, $placement,
        $eval_intervention, $run, $evaluation
    )
),

used as (
    select * from marts.used($judge) where evaluation_no in (select evaluation_no from chosen)
),

asked as (select * from marts.asked($question, $domain)),

counted as (
    select
        judged_no,
        any_value(trait) as trait,
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
    from marts.classed($lines, (select list(judged_no) from used))
    where (len($trait) = 0 or list_contains($trait, trait))
    group by judged_no, line_no, question_no
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
    chosen.evaluation,
    asked.question,
    asked.question_name,
    asked.question_group,
    asked.in_domain,
    counted.* exclude (judged_no, trait, question_no)
from counted
join used using (judged_no)
join chosen using (evaluation_no)
join asked using (question_no)
order by
    chosen.experiment, counted.trait, used.judge, chosen.model, chosen.dataset,
    chosen.intervention, chosen.run, chosen.evaluation, counted.question_no
