-- One row per remark about a file that follows from what other files hold.
select source.path, notice.code, notice.message
from core.notice as notice
join core.source as source using (source_no)
where notice.code in (
    'twin', 'repeated-elsewhere', 'contested-elsewhere', 'two-samplings', 'trait-differs', 'left-out'
)
order by source.path, notice.code, notice.message
