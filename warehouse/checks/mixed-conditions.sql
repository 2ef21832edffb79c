-- One row per evaluation in which a column that nobody declared differs within questions.
-- Title: Conditions may be mixed
-- Severity: error
-- Why: What such a column tells apart is pooled. A mapping can make it a dimension, or ignore it.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(sample.sample_no) as n,
    format('Its answers differ in {}.', told.mixed) as detail
from core.told as told
join core.sample as sample using (evaluation_no)
where told.mixed is not null
group by all
