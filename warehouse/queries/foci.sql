-- One row per study, experiment, trait, judge and arm: its judged answers. What a page can be about.
-- `lines` are of a rule (warehouse/counting.py). An arm that nobody judged has the judge "none", one
-- of which the rule says nothing has no trait and no judge.
select
    tally.study,
    tally.experiment,
    line.trait,
    case when line.trait is not null then tally.judge end as judge,
    tally.model,
    tally.dataset,
    tally.intervention,
    tally.eval_intervention,
    coalesce(sum(tally.n_judged) filter (line.trait is not null), 0)::bigint as n_judged
from marts.chosen($slice) as tally
left join marts.line($lines, $slice) as line
    on line.experiment = tally.experiment
    and (line.studies is null or list_contains(line.studies, tally.study))
    and (tally.criterion is null or tally.criterion = line.criterion)
group by all
order by all
