-- One row per evaluation with answers that its file holds in two versions.
-- Title: Answers stand there in two versions
-- Severity: error
-- Why: Two rows with one question and one number say different things; nobody can tell which counts.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) as n,
    format('{} of its rows have the question and the number of another and differ from it.', count(*))
        as detail
from core.sample as sample
join core.told as told using (evaluation_no)
where sample.is_contested
group by all
