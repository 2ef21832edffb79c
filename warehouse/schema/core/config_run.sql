-- One row per training configuration and run it describes.
-- Key: config_no, run_key
-- A run repeats its configuration's suffix in its model id or shares its folder, or else agrees with it on
-- experiment, model (folders leave its organisation out), intervention, epochs and (where its folder
-- names one) rank. A configuration
-- that no result or log mentions describes a run that was only planned.
with agreeing as (
    select
        config.config_no,
        run.run_key,
        coalesce(config.suffix_key = run.suffix_key, false)
            or coalesce(config.folder = run.folder, false) as is_named
    from core.config as config
    join core.run_described as run
        on config.experiment = run.experiment
        and split_part(config.model, '/', -1) = split_part(run.model, '/', -1)
        and (
            config.model = run.model or config.model not like '%/%' or run.model not like '%/%'
        )
        and run.dataset is distinct from 'none'
        and (run.seed is null or config.seed is null or config.seed = run.seed)
        and (run.epochs is null or config.epochs = run.epochs)
        and (run.lora_rank is null or config.lora_rank = run.lora_rank)
        and (
            config.intervention = run.intervention
            or (run.intervention is null and config.suffix_key = run.suffix_key)
        )
),

-- Several configurations may agree with one run; the one its model id or folder names wins.
chosen as (
    select *
    from agreeing
    qualify is_named or not bool_or(is_named) over (partition by run_key)
)

select
    config_no,
    run_key,
    case when is_named then 'model id or folder' else 'configuration' end as basis
from chosen
union all
select config_no, 'config:' || folder as run_key, 'planned' as basis
from core.config
where config_no not in (select config_no from chosen)
