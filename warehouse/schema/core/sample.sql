-- One row per planned sample; its text stays in the lake.
-- Key: sample_key
-- Samples are numbered in the order in which they are listed.
select
    (row_number() over (
        order by asked.evaluation_no, asked.question_no, sample.sample_index, sample.source_row,
            sample.sample_key
    ))::integer as sample_no,
    sample.sample_key,
    asked.evaluation_no,
    asked.question_no,
    sample.sample_index,
    sample.source_row,
    sample.status::sample_status as status,
    sample.answer_chars,
    sample.answer_hash,
    sample.answered_by
from raw.sample as sample
join core.question_asked as asked using (shard, evaluation_key, question_key)
order by sample_no
