-- One row per study, intervention and aspect of it that the study's files describe in several ways.
-- Title: One study describes an intervention in several ways
-- Severity: warning
-- Why: The first description holds; where files differ in more than words, what they hold is not the same intervention.
with said as (
    select study, experiment, intervention, path, 'kind' as aspect, kind as told
    from core.intervention_told
    union all
    select study, experiment, intervention, path, 'relevance', relevance
    from core.intervention_told
    union all
    select study, experiment, intervention, path, 'placement', placement
    from core.intervention_told
    union all
    select study, experiment, intervention, path, 'phase', phase
    from core.intervention_told
    union all
    select study, experiment, intervention, path, 'dose', format('{:g}', dose)
    from core.intervention_told
    union all
    select study, experiment, intervention, path, 'text', text
    from core.intervention_told
),

way as (
    select study, experiment, intervention, aspect, told, min(path) as path
    from said
    where told is not null
    group by study, experiment, intervention, aspect, told
)

select
    experiment, null as model, intervention, null as run, null as evaluation,
    count(*) as n,
    format(
        'In {} its {} is {}; the first holds.',
        study,
        aspect,
        string_agg(format('{} ({})', left(told, 80), path), ', ' order by path, told)
    ) as detail
from way
group by study, experiment, intervention, aspect
having count(*) > 1
