-- One row per group of names that people take for one, and that are kept apart.
-- Title: Names look alike and are kept apart
-- Severity: warning
-- Why: Names that differ only in case, in spaces or in how an accent is stored may be one; `rename` in a study map makes them one.
with named as (
    select study, 'models' as dimension, model as name from core.told
    union
    select study, 'datasets', dataset from core.told
    union
    select study, 'interventions', intervention from core.told
    union
    select study, 'interventions at evaluation', eval_intervention from core.told
    union
    select null, 'experiments', experiment from core.told
    union
    select null, 'judges', judge from core.judge
),

looked_at as (
    select
        *,
        -- What is not seen, and kinds of spaces, are nothing or one space.
        lower(trim(regexp_replace(
            regexp_replace(nfc_normalize(name), '[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]', '', 'g'),
            '[\s\x{00A0}\x{2000}-\x{200A}\x{202F}\x{3000}]+', ' ', 'g'
        ))) as seen
    from named
    where name is not null
)

select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    format(
        '{} {}{} look alike: {}.',
        count(*), dimension, coalesce(' in ' || study, ''),
        string_agg(format('{} ({} characters)', left(name, 80), length(name)), ', ' order by name)
    ) as detail
from looked_at
group by study, dimension, seen
having count(*) > 1
