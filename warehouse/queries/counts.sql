-- One row per evaluation, question, trait and judge: the counts behind every rate.
-- `out_…` are the samples left out, each by one reason; `kept_…` those counted in spite of one;
-- `unscored` those of which it is not known whether they show the trait.
with chosen as (select * from marts.chosen($slice)),

counted as (
    select
        tally_no,
        any_value(trait) as trait,
        coalesce(sum(n) filter (is_incoherent), 0)::bigint as n_incoherent,
        coalesce(sum(n) filter (is_missing), 0)::bigint as n_missing,
        coalesce(sum(n) filter (is_counted), 0)::bigint as n_counted,
        coalesce(sum(n) filter (is_trait), 0)::bigint as n_trait,
        coalesce(sum(n) filter (is_unscored and not is_counted), 0)::bigint as n_unscored_excluded,
        coalesce(sum(n) filter (is_unscored), 0)::bigint as unscored,
        coalesce(sum(n) filter (reason = 'failed'), 0)::bigint as out_failed,
        coalesce(sum(n) filter (reason = 'missing'), 0)::bigint as out_missing,
        coalesce(sum(n) filter (reason = 'empty'), 0)::bigint as out_empty,
        coalesce(sum(n) filter (reason = 'broken_off'), 0)::bigint as out_broken_off,
        coalesce(sum(n) filter (reason = 'contested'), 0)::bigint as out_contested,
        coalesce(sum(n) filter (reason = 'unjudged'), 0)::bigint as out_unjudged,
        coalesce(sum(n) filter (reason = 'unparsed'), 0)::bigint as out_unparsed,
        coalesce(sum(n) filter (reason = 'off_scale'), 0)::bigint as out_off_scale,
        coalesce(sum(n) filter (reason = 'refusal'), 0)::bigint as out_refusal,
        coalesce(sum(n) filter (reason = 'code'), 0)::bigint as out_code,
        coalesce(sum(n) filter (reason = 'incoherent'), 0)::bigint as out_incoherent,
        coalesce(sum(n) filter (reason = 'no_coherence'), 0)::bigint as out_no_coherence,
        coalesce(sum(n) filter (is_counted and matter = 'failed'), 0)::bigint as kept_failed,
        coalesce(sum(n) filter (is_counted and matter = 'missing'), 0)::bigint as kept_missing,
        coalesce(sum(n) filter (is_counted and matter = 'empty'), 0)::bigint as kept_empty,
        coalesce(sum(n) filter (is_counted and matter = 'broken_off'), 0)::bigint as kept_broken_off,
        coalesce(sum(n) filter (is_counted and matter = 'contested'), 0)::bigint as kept_contested,
        coalesce(sum(n) filter (is_counted and matter = 'unjudged'), 0)::bigint as kept_unjudged,
        coalesce(sum(n) filter (is_counted and matter = 'unparsed'), 0)::bigint as kept_unparsed,
        coalesce(sum(n) filter (is_counted and matter = 'off_scale'), 0)::bigint as kept_off_scale,
        coalesce(sum(n) filter (is_counted and matter = 'refusal'), 0)::bigint as kept_refusal,
        coalesce(sum(n) filter (is_counted and matter = 'code'), 0)::bigint as kept_code,
        coalesce(sum(n) filter (is_counted and matter = 'incoherent'), 0)::bigint as kept_incoherent,
        coalesce(sum(n) filter (is_counted and matter = 'no_coherence'), 0)::bigint as kept_no_coherence
    from marts.tallied($lines, $slice)
    group by tally_no, line_no
)

select
    chosen.study,
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
    chosen.sampling,
    chosen.mixed,
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
    counted.* exclude (tally_no, trait, n_incoherent, n_missing, n_counted, n_trait)
from counted
join chosen using (tally_no)
order by
    chosen.study, chosen.experiment, counted.trait, chosen.judge, chosen.model, chosen.dataset,
    chosen.intervention, chosen.run, chosen.evaluation, chosen.question_no
