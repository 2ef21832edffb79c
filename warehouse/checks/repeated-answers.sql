-- One row per evaluation in which one text of some length answers several questions.
-- Title: One text answers several questions
-- Severity: notice
-- Why: It may be an error message, a refusal that no judge named, or a model that no longer answers.
-- Texts that read like errors are found by error-text-answers.
with refused as (
    select sample_key from core.judgement where status = 'refusal'
),

text as (
    select
        evaluation_no,
        answer_hash,
        any_value(answer_chars) as chars,
        count(*) as n,
        count(distinct question_no) as questions
    from core.sample
    where answer_chars >= 30 and answer_fault is null
        and sample_key not in (select sample_key from refused)
    group by evaluation_no, answer_hash
    having count(distinct question_no) > 2
),

counted as (
    select evaluation_no, count(*) as answers
    from core.sample
    where status = 'answered'
    group by evaluation_no
)

select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    max(text.n) as n,
    format(
        '{} of {} answers are one text of {} characters, given to {} questions.',
        max(text.n), any_value(counted.answers),
        -- Of several that came as often, the longest is the one to look at.
        max_by(text.chars, (text.n, text.chars, text.questions)),
        max_by(text.questions, (text.n, text.chars, text.questions))
    ) as detail
from text
join counted using (evaluation_no)
join core.told as told using (evaluation_no)
group by told.experiment, told.model, told.intervention, told.run, told.evaluation
having max(text.n) > 0.05 * any_value(counted.answers)
