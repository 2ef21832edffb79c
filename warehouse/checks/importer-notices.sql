-- One row per remark of an importer about a file.
-- Title: An importer noticed something
-- Severity: warning
-- Why: Folder names, fields and texts contradict each other; the fields were trusted.
select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    1 as n,
    format('{} ({})', notice.message, source.path) as detail
from core.notice as notice
join core.source as source using (source_no)
where notice.code <> 'missing-system-prompt'
