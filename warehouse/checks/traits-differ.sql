-- One row per trait of an experiment that is described in several ways.
-- Title: One trait is described in several ways
-- Severity: warning
-- Why: Each description holds for its own study; rates under one name are then of different things.
select
    experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    format(
        '{} is shown {}.',
        min(trait),
        string_agg(format(
            '{}by {} {} in {}',
            case when trait like '% (_)' then format('(as {}) ', trait) else '' end,
            criterion,
            coalesce(format('{} {:g}', score_is, score_cut), 'being ' || array_to_string(labels, ' or ')),
            array_to_string(studies, ', ')
        ), '; ' order by trait, studies)
    ) as detail
from core.trait
where studies is not null
group by experiment, regexp_replace(trait, ' \(\d+\)$', '')
