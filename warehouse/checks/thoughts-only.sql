-- One row per evaluation with replies that hold thoughts and no answer.
-- Title: A model thought and did not answer
-- Severity: warning
-- Why: Thoughts are no answer. A reply that ends in them reached its token cap; no default counts it.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (sample.status = 'empty' and sample.has_thoughts) as n,
    format(
        '{} of {} replies hold only thoughts.',
        count(*) filter (sample.status = 'empty' and sample.has_thoughts),
        count(*)
    ) as detail
from core.sample as sample
join core.told as told using (evaluation_no)
group by told.experiment, told.model, told.intervention, told.run, told.evaluation
having n > 0
