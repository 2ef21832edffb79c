-- One row per evaluation, question, trait and judge: the counts behind every rate.
with chosen as (
    select * from marts.chosen(
        $experiment, $model, $dataset, $intervention, $kind, $relevance, $placement,
        $eval_intervention, $run, $evaluation, $judge, $question, $domain
    )
),

tallied as (
    select tally_no, line_no, state_no, in_range, passes, count(*) as n
    from marts.placed($lines, $trait, (select list(tally_no) from chosen))
    group by all
),

counted as (
    select
        tally_no,
        any_value(trait) as trait,
        coalesce(sum(n) filter (is_incoherent), 0)::bigint as n_incoherent,
        coalesce(sum(n) filter (is_missing), 0)::bigint as n_missing,
        coalesce(sum(n) filter (is_counted), 0)::bigint as n_counted,
        coalesce(sum(n) filter (is_trait), 0)::bigint as n_trait,
        coalesce(
            sum(n) filter ((is_missing or class = 'unparsed') and not is_counted), 0
        )::bigint as n_unscored_excluded
    from tallied
    join marts.fate($lines, $trait) using (line_no, state_no, in_range, passes)
    group by tally_no, line_no
)

select
    chosen.experiment,
    counted.trait,
    chosen.criterion,
    chosen.judge,
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
    chosen.question,
    chosen.question_name,
    chosen.question_group,
    chosen.in_domain,
    chosen.n_planned,
    chosen.n_answered,
    chosen.n_judged,
    chosen.n_refusal,
    chosen.n_code,
    counted.n_incoherent,
    chosen.n_unparsed,
    counted.n_missing,
    counted.n_counted,
    counted.n_trait,
    counted.n_unscored_excluded
from counted
join chosen using (tally_no)
order by
    chosen.experiment, counted.trait, chosen.judge, chosen.model, chosen.dataset,
    chosen.intervention, chosen.run, chosen.evaluation, chosen.question_no
