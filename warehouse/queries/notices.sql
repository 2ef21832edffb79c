-- One row per remark an importer made about a file.
select source.path, notice.code, notice.source_row, notice.message
from core.notice as notice
join core.source as source using (source_no)
where notice.code <> 'joined' -- which says what became of the file, as its source does
order by source.path, notice.code, notice.message
