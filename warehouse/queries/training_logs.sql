-- One row per training log, with the run it belongs to where there is one.
select
    source.path, run.run, log_run.basis, log.* exclude (log_no, source_no, shard)
from core.training_log as log
join core.source as source using (source_no)
left join core.log_run as log_run using (log_no)
left join core.run as run using (run_key)
order by source.path
