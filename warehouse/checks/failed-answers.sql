-- One row per evaluation with answers that failed.
-- Title: Answers that failed
-- Severity: error
-- Why: A failed call is not an answer without the trait; a rule must not count it as one silently.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (sample.status <> 'answered') as n,
    format(
        '{} of {} samples have no answer ({}).',
        count(*) filter (sample.status <> 'answered'),
        count(*),
        string_agg(distinct sample.status::varchar, ', ') filter (sample.status <> 'answered')
    ) as detail
from core.sample as sample
join core.told as told using (evaluation_no)
group by all
having n > 0
