-- One row per study, experiment, trait, judge and arm: its judged answers. What a page can be about.
-- `lines` are of a rule (warehouse/counting.py). An arm that nobody judged has the judge "none", one
-- of which the rule says nothing has no trait and no judge. What is counted, and what of it shows the
-- trait, is that of questions outside the training domain.
with counted as (
    select
        tally_no,
        line_no,
        sum(n) filter (is_counted) as n_counted,
        sum(n) filter (is_trait) as n_trait
    from marts.tallied($lines, $slice)
    group by tally_no, line_no
)

select
    tally.study,
    tally.experiment,
    line.trait,
    case when line.trait is not null then tally.judge end as judge,
    tally.model,
    tally.dataset,
    tally.intervention,
    tally.eval_intervention,
    coalesce(sum(tally.n_judged) filter (line.trait is not null), 0)::bigint as n_judged,
    coalesce(sum(counted.n_counted) filter (not tally.in_domain), 0)::bigint as n_counted,
    coalesce(sum(counted.n_trait) filter (not tally.in_domain), 0)::bigint as n_trait
from marts.chosen($slice) as tally
left join marts.line($lines, $slice) as line
    on line.experiment = tally.experiment
    and (line.studies is null or list_contains(line.studies, tally.study))
    and (tally.criterion is null or tally.criterion = line.criterion)
left join counted on counted.tally_no = tally.tally_no and counted.line_no = line.line_no
group by all
order by all
