-- One row per sample whose key another evaluation has too, the first of them by `place` aside.
-- Key: shard, sample_key
-- Such evaluations are copies of one, or one of them was changed. Where both say the same of
-- themselves it is one sample, in two versions (`is_version`) unless they are equal; else the later
-- evaluation is left out, since nobody can tell whose judgements those of the key are.
with doubled as (
    select sample_key
    from raw.sample
    group by sample_key
    having count(*) > 1
),

held as (
    select
        sample.shard,
        sample.sample_key,
        evaluation.evaluation_no,
        evaluation.source_no,
        alike.meaning_no,
        row_number() over (
            partition by sample.sample_key order by source.taken desc, source.path, evaluation_no
        ) as place
    from raw.sample as sample
    join doubled using (sample_key)
    join core.evaluation as evaluation using (shard, evaluation_key)
    join core.source as source using (source_no)
    left join core.alike as alike using (evaluation_no)
)

select
    later.shard,
    later.sample_key,
    later.evaluation_no,
    later.source_no,
    first.evaluation_no as of_evaluation_no,
    first.source_no as of_source_no,
    later.meaning_no is not null and later.meaning_no is not distinct from first.meaning_no
        as is_version
from held as later
join held as first on first.sample_key = later.sample_key and first.place = 1
where later.place > 1
