-- One row per file with records that could not be understood.
-- Title: Records were refused
-- Severity: error
-- Why: What was refused is in no number; the Sources page shows each with its reason.
select
    null as experiment, null as model, null as intervention, null as run, null as evaluation,
    count(*) as n,
    case
        when source.refused_file is not null then format('The file was refused: {}', min(refusal.reason))
        when count(*) = 1 then format('1 record was refused: {}', min(refusal.reason))
        else format('{} records were refused, one because {}', count(*), min(refusal.reason))
    end || if(min(refusal.reason) like '%.', '', '.') as detail,
    source.path as file,
    if(source.refused_file is not null, 'warning', 'error') as severity
from core.refusal as refusal
join core.source as source using (source_no)
group by source.path, source.refused_file
