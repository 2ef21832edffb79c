-- One row per evaluation, trait, judge and label of the trait's multi-way criterion: how many answers have it.
select
    chosen.study,
    chosen.experiment,
    trait.trait,
    chosen.judge,
    trait.check_criterion as criterion,
    chosen.model,
    chosen.dataset,
    chosen.intervention,
    chosen.kind,
    chosen.eval_intervention,
    chosen.settings,
    chosen.sampling,
    chosen.evaluation,
    coalesce(outcome.label, outcome.class::varchar) as label,
    coalesce(marts.names(trait.check_labels, outcome.label), false) as confirms,
    count(*) as n
from marts.outcome as outcome
join marts.chosen($slice) as chosen using (tally_no)
join core.trait as trait
    on trait.experiment = chosen.experiment
    and (trait.studies is null or list_contains(trait.studies, chosen.study))
    and trait.check_criterion = chosen.criterion
where marts.passes($slice['trait'], trait.trait)
group by all
order by all
