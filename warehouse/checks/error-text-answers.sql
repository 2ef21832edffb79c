-- One row per evaluation with answers that read like the error of an API.
-- Title: Error messages stand where answers should
-- Severity: warning
-- Why: An error is no answer, whatever a judge made of it; `failures` in a study map takes such texts for failed calls.
with counted as (
    select
        evaluation_no,
        count(*) filter (status = 'answered') as answers,
        count(*) filter (answer_fault is not null) as n,
        count(distinct question_no) filter (answer_fault is not null) as questions,
        mode(answer_fault order by answer_fault) as example
    from core.sample
    group by evaluation_no
)

select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    counted.n,
    format(
        '{} of {} answers, to {} question{}, read like an error of an API: “{}”.',
        counted.n, counted.answers, counted.questions, if(counted.questions = 1, '', 's'),
        if(len(example) > 80, example[:80] || '…', example)
    ) as detail
from counted
join core.told as told using (evaluation_no)
-- A single one may be an answer about errors after all.
where counted.n > 1 or counted.n > 0.02 * counted.answers
