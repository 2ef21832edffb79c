-- One row per rating of a sample: what a person found in an answer, bound to its question and its text.
-- Key: sample_key, criterion, rater, prompt_version
-- Whatever wording of the question the rater saw, it is about all samples with the same answer.
-- A person of whom results hold judgements as well is told apart from them: judges are never pooled.
with asked as (
    select distinct question.question_no, left(md5(wording.text), 16) as question_hash
    from core.wording as wording
    join core.question as question
        on question.experiment = wording.experiment and question.host_no = wording.host_no
    where left(md5(wording.text), 16) in (select question_hash from raw.rating)
),

named as (
    select
        * exclude (rater),
        case
            when rater in (select name from core.judge_used where kind = 'human')
                then rater || ' (rated here)'
            else rater
        end as rater
    from raw.rating
)

select
    sample.sample_key,
    sample.evaluation_no,
    sample.question_no,
    rating.criterion,
    rating.rater,
    rating.prompt_version,
    rating.status,
    rating.score,
    rating.label,
    rating.note
from named as rating
join asked using (question_hash)
join core.sample as sample
    on sample.question_no = asked.question_no and sample.answer_hash = rating.answer_hash
where sample.status = 'answered'
qualify row_number() over (
    partition by sample.sample_key, rating.criterion, rating.rater, rating.prompt_version
    order by rating.place
) = 1
