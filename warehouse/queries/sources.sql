-- One row per file that was imported.
select
    source.source_no,
    source.path,
    source.importer,
    source.title,
    source.imported_at,
    source.bytes,
    source.taken,
    source.refused + (source.refused_file is not null)::integer as refused,
    source.refused_file,
    coalesce(source.twin_of, twin.path) as twin_of,
    source.sha256,
    coalesce(bool_or(notice.code = 'joined'), false) as joined,
    count(notice.message) filter (notice.code <> 'joined') as notices
from core.source as source
left join core.twin as twin using (source_no)
left join core.notice as notice using (source_no)
group by all
order by source.path
