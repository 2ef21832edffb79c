-- One row per training log that does not end in success.
-- Title: A training job failed or its log breaks off
-- Severity: warning
-- Why: The model may be another than the one that was planned.
select
    log.experiment, log.model, run.intervention, run.run, null as evaluation, 1 as n,
    format(
        'The job ended as: {}{}.',
        log.outcome,
        case when log.steps_planned is not null
            then format(', at step {} of {}', log.steps_done, log.steps_planned) else '' end
    ) as detail
from core.training_log as log
left join core.log_run as log_run using (log_no)
left join core.run as run using (run_key)
where log.outcome <> 'succeeded'
