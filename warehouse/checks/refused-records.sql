-- One row per file with records that could not be understood.
-- Title: Records were refused
-- Severity: error
-- Why: They are missing from every number; the Sources page shows each with its reason.
select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    format('{} refused, one because {} ({}).', count(*), min(refusal.reason), source.path) as detail
from core.refusal as refusal
join core.source as source using (source_no)
group by source.path
