-- One row per remark about a file whose answers other files hold too.
select source.path, notice.code, notice.message
from core.notice as notice
join core.source as source using (source_no)
where notice.code in ('twin', 'repeated-elsewhere', 'contested-elsewhere')
order by source.path, notice.code, notice.message
