-- One row per training log that belongs to a run, and what joins them.
-- Key: log_no
-- A log that prints a model id belongs to that model alone; one that prints none belongs to the
-- run of its folder, or of the configuration that names its tracker run (an adapter's: that lies beside
-- it), where that is one run.
with evaluated as (
    select distinct run_key, trained_id, experiment, folder
    from core.evaluation_described
),

by_folder as (
    select log.log_no, any_value(evaluated.run_key) as run_key
    from core.training_log as log
    join evaluated
        on log.model_id is null
        and log.folder is not null
        and (evaluated.folder = log.folder or evaluated.folder like '%/' || log.folder)
    group by log.log_no
    having count(distinct evaluated.run_key) = 1
),

by_configuration as (
    select
        log.log_no,
        any_value(coalesce(evaluated.run_key, 'config:' || config.folder)) as run_key,
        bool_or(config.backend = 'peft') as is_beside
    from core.training_log as log
    join core.config as config
        on log.model_id is null
        and (
            config.tracker_run = log.tracker_run
            or (
                config.backend = 'peft'
                and (config.folder = log.folder or config.folder like '%/' || log.folder)
            )
        )
    left join core.evaluation_described as evaluated
        on evaluated.experiment = config.experiment
        and split_part(evaluated.model, '/', -1) = split_part(config.model, '/', -1)
        and (
            evaluated.model = config.model
            or evaluated.model not like '%/%' or config.model not like '%/%'
        )
        and evaluated.intervention = config.intervention
        and evaluated.epochs is not distinct from config.epochs
        and evaluated.lora_rank is not distinct from config.lora_rank
    group by log.log_no
    having count(distinct coalesce(evaluated.run_key, 'config:' || config.folder)) = 1
)

select
    log.log_no,
    coalesce(log.model_id, by_folder.run_key, by_configuration.run_key) as run_key,
    case
        when log.model_id is not null then 'model id'
        when by_folder.run_key is not null or by_configuration.is_beside then 'folder'
        else 'configuration'
    end as basis
from core.training_log as log
left join by_folder using (log_no)
left join by_configuration using (log_no)
where coalesce(log.model_id, by_folder.run_key, by_configuration.run_key) is not null
