-- One row per experiment and reason for which answers of it are in no number.
-- Title: Answers are loaded that no rate counts
-- Severity: warning
-- Why: Nobody judged them, or no trait goes by what they were judged on; brittlescope rates says which lines of a study map would count them.
with judged as (
    select
        used.evaluation_no,
        bool_or(used.criterion_no is not null) as is_judged,
        bool_or(trait.trait is not null) as is_counted,
        string_agg(distinct criterion.criterion, ', ' order by criterion.criterion) as criteria
    from core.judged_by as used
    join core.told as told using (evaluation_no)
    left join core.criterion as criterion using (criterion_no)
    left join core.trait as trait
        on trait.experiment = told.experiment
        and (trait.studies is null or list_contains(trait.studies, told.study))
        and (trait.criterion = criterion.criterion or trait.check_criterion = criterion.criterion)
    group by used.evaluation_no
),

counted as (
    select evaluation_no, count(*) as n
    from core.sample
    where status = 'answered'
    group by evaluation_no
)

select
    told.experiment, null as model, null as intervention, null as run, null as evaluation,
    sum(counted.n)::bigint as n,
    case
        when not judged.is_judged then format('{} answers have no judgement.', sum(counted.n)::bigint)
        when told.experiment in (select experiment from core.trait) then format(
            '{} answers are judged on {}, which no trait uses.', sum(counted.n)::bigint, criteria
        )
        else format(
            '{} answers are judged on {}, and nobody described the experiment.',
            sum(counted.n)::bigint, criteria
        )
    end as detail
from judged
join counted using (evaluation_no)
join core.told as told using (evaluation_no)
where not judged.is_counted
group by told.experiment, judged.is_judged, judged.criteria
