-- One row per remark an importer made about a file.
select
    source.source_no,
    notice.code,
    notice.source_row,
    notice.message
from raw.notice as notice
join core.source as source using (shard)
