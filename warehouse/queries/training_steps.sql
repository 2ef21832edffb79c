-- One row per logged training step of the runs asked for.
select
    run.run,
    step.* exclude (log_no),
    step.log_no
from core.training_step as step
join core.log_run as log_run using (log_no)
join core.training_log as log using (log_no)
join core.run as run using (run_key)
where list_contains($run, run.run)
order by run.run, step.log_no, step.step, step.epoch
