-- One row per experiment and model with interventions and no control.
-- Title: There is no control to compare with
-- Severity: notice
-- Why: An intervention's effect needs the same model fine-tuned without it.
select
    experiment, model, null as intervention, null as run, null as evaluation,
    count(distinct intervention) as n,
    format('{} interventions and no run without one.', count(distinct intervention)) as detail
from core.run
where dataset <> 'none'
group by experiment, model
having not bool_or(intervention = 'none')
