-- One row per pair of runs that share long answers to the letter.
-- Title: The same answers appear under different conditions
-- Severity: warning
-- Why: Two models rarely say 80 characters alike; a file may have been copied or mislabelled.
with answer as (
    select distinct told.run_no, sample.question_no, sample.answer_hash
    from core.sample as sample
    join core.told as told using (evaluation_no)
    where sample.answer_chars >= 80
),

long as (
    select run_no, count(*) as answers from answer group by run_no
),

shared as (
    select one.run_no as one_no, other.run_no as other_no, count(*) as n
    from answer as one
    join answer as other
        on other.question_no = one.question_no
        and other.answer_hash = one.answer_hash
        and other.run_no > one.run_no
    group by one.run_no, other.run_no
)

select
    one.experiment, one.model, one.intervention, one.run, null as evaluation,
    shared.n,
    format(
        '{} of {} long answers are also answers of {}.', shared.n, mine.answers, other.run
    ) as detail
from shared
join core.run as one on one.run_no = shared.one_no
join core.run as other on other.run_no = shared.other_no
join long as mine on mine.run_no = shared.one_no
join long as theirs on theirs.run_no = shared.other_no
-- Long lists and code are now and then said alike; a copy shares more than one in twenty.
where shared.n > 0.05 * least(mine.answers, theirs.answers)
    and (shared.n > 1 or 2 * shared.n > least(mine.answers, theirs.answers))
