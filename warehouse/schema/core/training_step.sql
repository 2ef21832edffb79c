-- One row per logged training step.
select
    log.log_no,
    step.* exclude (shard, log_key)
from raw.training_step as step
join core.training_log as log using (shard, log_key)
order by log.log_no, step.step
