-- One row per two files' evaluations that are alike and may hold the same samples: how much they share.
-- Key: one_no, other_no
-- Of files that number their samples, `shared` are the questions and numbers that both answered, and
-- `agreed` those of equal answers. Where most of what they share agrees they are versions of one
-- (`is_one`); where it does not, they number two samplings of one run alike (`is_two`).
with pair as (
    select
        one.evaluation_no as one_no,
        other.evaluation_no as other_no,
        one.is_numbered and other.is_numbered as is_numbered
    from core.alike as one
    join core.alike as other
        on other.meaning_no = one.meaning_no
        and other.place > one.place
        -- The rows of one file are told apart by what they say, such as another judge.
        and other.shard <> one.shard
        and (
            array_length(array_intersect(one.judges, other.judges)) > 0
            or array_length(one.judges) = 0
            or array_length(other.judges) = 0
        )
),

numbered as (
    select
        pair.one_no,
        pair.other_no,
        count(*) filter (one.is_answered and other.is_answered) as shared,
        count(*) filter (one.answer_hash = other.answer_hash) as agreed
    from pair
    join core.held as one on one.evaluation_no = pair.one_no
    join core.held as other
        on other.evaluation_no = pair.other_no
        and other.question_no = one.question_no
        and other.sample_index = one.sample_index
    where pair.is_numbered
    group by pair.one_no, pair.other_no
)

select
    pair.*,
    coalesce(numbered.shared, 0) as shared,
    coalesce(numbered.agreed, 0) as agreed,
    coalesce(numbered.agreed > 0 and 2 * numbered.agreed >= numbered.shared, false) as is_one,
    coalesce(2 * numbered.agreed < numbered.shared, false) as is_two
from pair
left join numbered using (one_no, other_no)
