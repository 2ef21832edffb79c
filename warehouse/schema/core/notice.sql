-- One row per remark about a file: an importer's, or what the others imported make of it.
with met as (
    select
        evaluation.source_no,
        host.path,
        count(*) filter (repeat.is_copy) as copies,
        count(*) filter (not repeat.is_copy) as contested
    from (
        select evaluation_no, of_evaluation_no, is_copy from core.repeat
        union all
        select evaluation_no, of_evaluation_no, false
        from core.collision
        where is_version and (shard, sample_key) not in (select shard, sample_key from core.repeat)
    ) as repeat
    join core.evaluation as evaluation using (evaluation_no)
    join core.evaluation as other on other.evaluation_no = repeat.of_evaluation_no
    join core.source as host on host.source_no = other.source_no
    where evaluation.source_no not in (select source_no from core.twin)
    group by evaluation.source_no, host.path
),

trait as (
    select
        *,
        first_value((kind, criterion, list_sort(labels), score_is, score_cut)) over same
            is distinct from (kind, criterion, list_sort(labels), score_is, score_cut) as is_other,
        first_value(path) over same as first_path
    from core.trait_told
    window same as (partition by experiment, trait order by path, study)
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
    collision.source_no,
    'left-out',
    null,
    format(
        'its results are left out: {:,} of its samples have the keys of other ones, in {}; if it is a '
            'copy, forget one of the two with brittlescope forget',
        count(*), min(host.path)
    )
from core.collision as collision
join core.source as host on host.source_no = collision.of_source_no
where not collision.is_version
group by collision.source_no
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
union all
select
    evaluation.source_no,
    'two-samplings',
    null,
    format(
        '{:,} of its samples have the question and number of samples in {}, and {:,} of the answers are '
            'equal: counted as two samplings of one run; if one is an older version, take it out with '
            'brittlescope forget; if they are two runs, give each its seed in a study map',
        sum(overlap.shared)::bigint, host.path, sum(overlap.agreed)::bigint
    )
from core.overlap as overlap
join core.evaluation as evaluation on evaluation.evaluation_no = overlap.other_no
join core.evaluation as other on other.evaluation_no = overlap.one_no
join core.source as host on host.source_no = other.source_no
where overlap.is_two
group by evaluation.source_no, host.path
union all
select
    source_no,
    'trait-differs',
    null,
    format(
        'it describes the trait {} of {} in another way than {}; each holds for its own study',
        trait, experiment, first_path
    )
from trait
where is_other
