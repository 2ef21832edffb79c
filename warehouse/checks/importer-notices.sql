-- One row per remark of an importer about a file.
-- Title: An importer noticed something
-- Severity: warning
-- Why: What a file says contradicts itself or what is known, or was read in one of several ways; each says what was taken.
select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    notice.message as detail,
    source.path as file,
    if(notice.code in ('skipped', 'no-rows'), 'notice', 'warning') as severity
from core.notice as notice
join core.source as source using (source_no)
where notice.code not in ('missing-system-prompt', 'contested', 'failures', 'joined')
    -- What columns and names were taken for is no doubt.
    and not starts_with(notice.code, 'columns:') and not starts_with(notice.code, 'spelling:')
group by notice.message, notice.code, source.path
