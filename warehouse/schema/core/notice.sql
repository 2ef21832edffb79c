-- One row per remark about a file: an importer's, or what the others imported make of it.
with met as (
    select
        evaluation.source_no,
        host.path,
        count(*) filter (repeat.is_copy) as copies,
        count(*) filter (not repeat.is_copy) as contested
    from core.repeat as repeat
    join core.evaluation as evaluation using (evaluation_no)
    join core.evaluation as other on other.evaluation_no = repeat.of_evaluation_no
    join core.source as host on host.source_no = other.source_no
    where evaluation.source_no not in (select source_no from core.twin)
    group by evaluation.source_no, host.path
)

select
    source.source_no,
    notice.code,
    notice.source_row,
    notice.message
from raw.notice as notice
join core.source as source using (shard)
union all
select
    source_no,
    'twin',
    null,
    format('its results are those of {}, which are counted once', path)
from core.twin
union all
select
    source_no,
    'repeated-elsewhere',
    null,
    format('{:,} of its answers are in {} too; each is counted once', copies, path)
from met
where copies > 0
union all
select
    source_no,
    'contested-elsewhere',
    null,
    format(
        '{:,} of its answers have another version in {}; nobody can tell which counts, so none does',
        contested, path
    )
from met
where contested > 0
