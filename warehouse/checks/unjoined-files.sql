-- One row per log, note or training file that belongs to no run.
-- Title: A file could not be joined to a run
-- Severity: notice
-- Why: Nothing is guessed; its content is loaded but stands alone.
select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    1 as n,
    format('A {}: {}.', unjoined.what, unjoined.why) as detail,
    source.path as file
from core.unjoined as unjoined
join core.source as source using (source_no)
