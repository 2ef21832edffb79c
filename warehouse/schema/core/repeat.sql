-- One row per sample that another file of its run holds too, or holds in another version.
-- Key: shard, sample_key
-- Where files number their samples, those of one question and number are one, if most of what two
-- files share is equal (core.overlap). Where they do not, rows are one if they stand in both files at
-- one distance (`shift`), and among the rows of that distance is one that chance does not repeat: a
-- long answer that stands once in either file, or three answers that stand once in both. A file that
-- equals another row by row is its copy, whatever it says.
with equal as (
    -- Rows of one question with equal answers; those without any have nothing to tell them by.
    select
        pair.one_no,
        pair.other_no,
        one.row_no - other.row_no as shift,
        (least(one.times, other.times) = 1 and one.answer_chars >= 80)::integer as is_long,
        (one.times = 1 and other.times = 1)::integer as is_once
    from core.overlap as pair
    join core.held as one on one.evaluation_no = pair.one_no
    join core.held as other
        on other.evaluation_no = pair.other_no
        and other.question_no = one.question_no
        and other.answer_hash = one.answer_hash
        and least(one.times, other.times) = 1
    where not pair.is_numbered
),

size as (
    select evaluation_no, count(*) as n
    from core.held
    group by evaluation_no
),

copied as (
    select pair.one_no, pair.other_no
    from core.overlap as pair
    join size as own on own.evaluation_no = pair.one_no
    join size as its on its.evaluation_no = pair.other_no and its.n = own.n
    join core.held as one on one.evaluation_no = pair.one_no
    join core.held as other
        on other.evaluation_no = pair.other_no
        and other.row_no = one.row_no
        and other.question_no = one.question_no
        and other.answer_hash is not distinct from one.answer_hash
        and other.judged is not distinct from one.judged
    where not pair.is_numbered
    group by pair.one_no, pair.other_no, own.n
    having count(*) = own.n
),

shifted as (
    select one_no, other_no, shift
    from equal
    group by one_no, other_no, shift
    having sum(is_long) > 0 or sum(is_once) >= 3
    union
    select one_no, other_no, 0
    from copied
),

met as (
    select
        one.shard as one_shard,
        one.sample_key as one_sample_key,
        one.evaluation_no as one_evaluation_no,
        one.is_answered as one_is_answered,
        one.answer_hash as one_answer_hash,
        one.judged as one_judged,
        other.shard as other_shard,
        other.sample_key as other_sample_key,
        other.evaluation_no as other_evaluation_no,
        other.is_answered as other_is_answered,
        other.answer_hash as other_answer_hash,
        other.judged as other_judged
    from core.overlap as numbered
    join core.held as one on one.evaluation_no = numbered.one_no
    join core.held as other
        on other.evaluation_no = numbered.other_no
        and other.question_no = one.question_no
        and other.sample_index = one.sample_index
    where numbered.is_one
    union all
    select
        one.shard, one.sample_key, one.evaluation_no, one.is_answered, one.answer_hash, one.judged,
        other.shard, other.sample_key, other.evaluation_no, other.is_answered, other.answer_hash,
        other.judged
    from shifted
    join core.held as one on one.evaluation_no = shifted.one_no
    join core.held as other
        on other.evaluation_no = shifted.other_no
        and other.question_no = one.question_no
        and other.row_no = one.row_no - shifted.shift
        and other.answer_hash is not distinct from one.answer_hash
),

-- A version with an answer stands before one without, and one that is judged more before one that is
-- judged less. Of two that are each judged on something else nobody can tell which to leave out.
weighed as (
    select
        *,
        one_is_answered and other_is_answered and (
            one_answer_hash <> other_answer_hash
            or coalesce(
                array_length(array_intersect(one_judged, other_judged))
                    < least(array_length(one_judged), array_length(other_judged)),
                false
            )
        ) as is_contested,
        (one_is_answered, coalesce(array_length(one_judged), 0))
            >= (other_is_answered, coalesce(array_length(other_judged), 0)) as is_first
    from met
),

told as (
    select
        other_shard as shard,
        other_sample_key as sample_key,
        other_evaluation_no as evaluation_no,
        one_evaluation_no as of_no,
        not is_contested as is_copy
    from weighed
    where is_contested or is_first
    union all
    select one_shard, one_sample_key, one_evaluation_no, other_evaluation_no, not is_contested
    from weighed
    where is_contested or not is_first
)

select
    shard,
    sample_key,
    evaluation_no,
    arg_min(of_no, place) as of_evaluation_no,
    bool_or(is_copy) as is_copy
from told
join (select evaluation_no as of_no, place from core.alike) using (of_no)
group by shard, sample_key, evaluation_no
