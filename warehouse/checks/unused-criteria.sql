-- One row per experiment and criterion that no trait of it uses, beside criteria that are used.
-- Title: A criterion is judged that no trait uses
-- Severity: notice
-- Why: Its judgements are in no number; a trait in a study map can use them.
with used as (
    select experiment, criterion from core.trait
    union
    select experiment, check_criterion from core.trait where check_criterion is not null
),

judged as (
    select
        told.experiment,
        criterion.criterion,
        count(*) filter (judgement.status = 'scored') as n
    from core.judgement as judgement
    join core.told as told using (evaluation_no)
    join core.criterion as criterion using (criterion_no)
    where criterion.criterion <> 'coherence'
    group by told.experiment, criterion.criterion
)

select
    judged.experiment, null as model, null as intervention, null as run, null as evaluation,
    sum(judged.n)::bigint as n,
    format(
        'No trait uses {}.',
        string_agg(format('{} ({} scored)', criterion, judged.n), ', ' order by criterion)
    ) as detail
from judged
where (judged.experiment, judged.criterion) not in (select experiment, criterion from used)
    and judged.experiment in (select experiment from used)
group by judged.experiment
