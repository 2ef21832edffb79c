-- One row per evaluation and model that answered in place of the one asked.
-- Title: Another model answered
-- Severity: error
-- Why: The numbers name the model that was asked; what another one says is no answer of it.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) as n,
    format(
        '{} of {} samples were answered by {}; {} of these stand as answers.',
        count(*), any_value(planned.n), sample.answered_by,
        count(*) filter (sample.status = 'answered')
    ) as detail
from core.sample as sample
join core.told as told using (evaluation_no)
join (
    select evaluation_no, count(*) as n
    from core.sample
    group by evaluation_no
) as planned using (evaluation_no)
where sample.answered_by is not null
group by
    told.experiment, told.model, told.intervention, told.run, told.evaluation, sample.answered_by
