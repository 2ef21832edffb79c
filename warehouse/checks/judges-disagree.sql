-- One row per evaluation whose two-way judge finds the trait where the multi-way judge does not.
-- Title: Two-way and multi-way judgements disagree
-- Severity: error
-- Why: A model that collapsed to short fragments can pass for the trait when a judge has two choices.
with both_ways as (
    select
        two.evaluation_no,
        trait.trait,
        trait.labels[1] as target,
        marts.names(trait.labels, two.label) as shows,
        marts.names(trait.check_labels, many.label) as confirmed,
        many.label
    from core.trait as trait
    join core.told as told
        on told.experiment = trait.experiment
        and (trait.studies is null or list_contains(trait.studies, told.study))
    join core.judgement as two using (evaluation_no)
    join core.criterion as two_way
        on two_way.criterion_no = two.criterion_no and two_way.criterion = trait.criterion
    join core.judgement as many
        on many.sample_key = two.sample_key and many.judge_no = two.judge_no
    join core.criterion as many_way
        on many_way.criterion_no = many.criterion_no and many_way.criterion = trait.check_criterion
    where two.status = 'scored' and many.status = 'scored'
),

by_label as (
    select
        evaluation_no,
        trait,
        any_value(target) as target,
        label,
        bool_or(confirmed) as confirmed,
        count(*) as n,
        count(*) filter (shows) as n_shows
    from both_ways
    group by evaluation_no, trait, label
)

select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    sum(n_shows) filter (not confirmed)::bigint as n,
    format(
        'Of {} answers judged "{}", the multi-way judgement confirms {}. It calls {}; of all {} answers, {}.',
        sum(n_shows)::bigint,
        any_value(target),
        coalesce(sum(n_shows) filter (confirmed), 0)::bigint,
        string_agg(n_shows || ' of them ' || label, ', ' order by n_shows desc, label)
            filter (not confirmed and n_shows > 0),
        sum(by_label.n)::bigint,
        string_agg(by_label.n || ' ' || label, ', ' order by by_label.n desc, label)
    ) as detail
from by_label
join core.told as told using (evaluation_no)
group by told.experiment, told.model, told.intervention, told.run, told.evaluation, trait
having sum(n_shows) filter (not confirmed) > 0.1 * sum(by_label.n)
