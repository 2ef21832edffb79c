-- One row per experiment and number of answers that are too few for a result.
-- Title: Conditions have too few answers for a result
-- Severity: notice
-- Why: Their rates are shown as not a result; more answers would make them one.
with cell as (
    select
        told.experiment, told.model, told.dataset, told.intervention, told.eval_intervention,
        told.settings, told.run,
        count(*) filter (sample.status = 'answered') as answers
    from core.sample as sample
    join core.told as told using (evaluation_no)
    group by all
)

select
    experiment, model, intervention, run, null as evaluation,
    answers as n,
    format(
        '{} answer{}, where a result needs {}.', answers, if(answers = 1, '', 's'), $fewest::integer
    ) as detail
from cell
where answers < $fewest
