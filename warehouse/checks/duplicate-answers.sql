-- One row per pair of runs that share long answers to the letter, or all of many short ones in order.
-- Title: The same answers appear under different conditions
-- Severity: warning
-- Why: Two models rarely say 80 characters alike; a file may have been copied or mislabelled.
-- Short answers, such as a label, are often alike. An evaluation of them equals another one's in order
-- by a chance of two to the minus `bits`, given how often each answer was given to its question: none
-- where a question always gets one answer, as at temperature 0.
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
),

short as (
    select evaluation_no
    from core.sample
    where status = 'answered'
    group by evaluation_no
    having max(answer_chars) < 80
),

given as (
    select
        evaluation_no,
        question_no,
        answer_hash,
        count(*) as n,
        sum(count(*)) over (partition by evaluation_no, question_no) as of_question
    from core.sample
    join short using (evaluation_no)
    where status = 'answered'
    group by evaluation_no, question_no, answer_hash
),

surprise as (
    select evaluation_no, sum(n * log2(of_question / n)) as bits
    from given
    group by evaluation_no
    having bits >= 40
),

row_by_row as (
    select
        evaluation_no,
        count(*) as n,
        list((question_no, answer_hash) order by sample_no) as answers
    from core.sample
    join surprise using (evaluation_no)
    where status = 'answered'
    group by evaluation_no
),

equal as (
    select
        min(evaluation_no) over same as one_no,
        evaluation_no as other_no,
        n
    from row_by_row
    window same as (partition by answers)
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
union all
select
    one.experiment, one.model, one.intervention, one.run, one.evaluation,
    equal.n,
    format('All {} answers are, in order, also answers of {}.', equal.n, other.run)
from equal
join core.told as one on one.evaluation_no = equal.one_no
join core.told as other on other.evaluation_no = equal.other_no
where (one.run_no, one.eval_intervention, one.sampling)
    is distinct from (other.run_no, other.eval_intervention, other.sampling)
