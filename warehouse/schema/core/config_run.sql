-- One row per training configuration and run it describes.
-- Key: config_no, run_key
-- A run repeats its configuration's suffix in its model id, or else agrees with it on
-- experiment, model, intervention, epochs and (where its folder names one) rank. A configuration
-- that no result or log mentions describes a run that was only planned.
with agreeing as (
    select
        config.config_no,
        run.run_key,
        config.suffix_key is not distinct from run.suffix_key and run.suffix_key is not null
            as by_suffix
    from core.config as config
    join core.run_described as run
        on config.experiment = run.experiment
        and config.model = run.model
        and (run.epochs is null or config.epochs = run.epochs)
        and (run.lora_rank is null or config.lora_rank = run.lora_rank)
        and (
            config.intervention = run.intervention
            or (run.intervention is null and config.suffix_key = run.suffix_key)
        )
),

-- Several configurations may agree with one run; the one its model id names wins.
chosen as (
    select *
    from agreeing
    qualify by_suffix or not bool_or(by_suffix) over (partition by run_key)
)

select
    config_no,
    run_key,
    case when by_suffix then 'model id' else 'configuration' end as basis
from chosen
union all
select config_no, 'config:' || folder as run_key, 'planned' as basis
from core.config
where config_no not in (select config_no from chosen)
