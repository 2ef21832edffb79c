-- One row per evaluation: what a slice may ask for, with how many samples it planned.
select
    told.* exclude (evaluation_no, source_no, run_no),
    count(sample.sample_key) as n_planned,
    count(*) filter (sample.status = 'answered') as n_answered,
    count(distinct sample.question_no) as questions
from core.told as told
left join core.sample as sample using (evaluation_no)
group by all
order by told.experiment, told.model, told.dataset, told.intervention, told.run, told.evaluation
