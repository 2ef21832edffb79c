-- One row per run: a model fine-tuned (or not) on a dataset under an intervention, with its settings.
-- Key: run_no
-- What a configuration's fields say wins over what a folder's name says.
with configured as (
    select
        config_run.run_key,
        config_run.basis as config_basis,
        count(*) over (partition by config_run.run_key) as configs,
        config.*
    from core.config_run as config_run
    join core.config as config using (config_no)
    qualify row_number() over (partition by config_run.run_key order by config.config_no) = 1
),

logged as (
    select
        log_run.run_key,
        log_run.basis as log_basis,
        count(*) over (partition by log_run.run_key) as logs,
        log.*
    from core.log_run as log_run
    join core.training_log as log using (log_no)
    qualify row_number() over (
        partition by log_run.run_key
        order by (log.outcome = 'succeeded') desc, log.started_at desc nulls last, log.log_no
    ) = 1
),

every as (
    select run_key from core.run_described
    union
    select run_key from configured
    union
    select run_key from logged
),

joined as (
    select
        every.run_key,
        coalesce(described.experiment, configured.experiment, logged.experiment) as experiment,
        coalesce(described.model, configured.model, logged.model, 'unrecorded') as model,
        coalesce(described.model_id, logged.model_id) as model_id,
        coalesce(described.dataset, dataset.dataset, 'unrecorded') as dataset,
        coalesce(described.intervention, configured.intervention, 'unrecorded') as intervention,
        coalesce(configured.epochs, described.epochs, logged.epochs) as epochs,
        coalesce(configured.lora_rank, described.lora_rank) as lora_rank,
        configured.lora_alpha,
        configured.lora_dropout,
        coalesce(configured.learning_rate, logged.learning_rate) as learning_rate,
        coalesce(configured.learning_rate_multiplier, logged.learning_rate_multiplier)
            as learning_rate_multiplier,
        coalesce(configured.batch_size, logged.batch_size) as batch_size,
        configured.warmup_ratio,
        configured.weight_decay,
        configured.scheduler,
        coalesce(described.seed, configured.seed) as seed,
        described.step,
        described.rerun_of,
        configured.backend,
        coalesce(configured.data_file, logged.data_file) as data_file,
        configured.folder as config_folder,
        configured.config_no,
        configured.config_basis,
        coalesce(configured.configs, 0) as configs,
        logged.log_no,
        logged.log_basis,
        coalesce(logged.logs, 0) as logs,
        logged.outcome,
        logged.steps_done,
        logged.steps_planned,
        logged.final_loss,
        logged.data_file as logged_data_file,
        logged.suffix as logged_suffix,
        configured.suffix as configured_suffix,
        configured.data_file as configured_data_file,
        coalesce(described.is_evaluated, false) as is_evaluated,
        coalesce(described.model_id, logged.model_id, described.folder, configured.folder) as name
    from every
    left join core.run_described as described using (run_key)
    left join configured using (run_key)
    left join logged using (run_key)
    left join raw.experiment as dataset
        on dataset.experiment
        = coalesce(described.experiment, configured.experiment, logged.experiment)
),

named as (
    select *, row_number() over (partition by name order by run_key) as namesake
    from joined
)

select
    row_number() over (order by experiment, model, intervention, name, namesake) as run_no,
    name || case when namesake > 1 then ' #' || namesake else '' end as run,
    * exclude (name, namesake),
    case
        when is_evaluated then 'evaluated'
        when log_no is not null or backend = 'peft' then 'trained' -- an adapter is what training leaves
        else 'planned'
    end as state,
    -- What else differs between runs that would be called the same is named too.
    concat_ws(
        ' · ',
        case when epochs = 1 then '1 epoch' else format('{:g} epochs', epochs) end,
        'r' || lora_rank::varchar,
        'step ' || step::varchar,
        'rerun ' || rerun_of,
        case when min(learning_rate) filter (is_evaluated) over same
                <> max(learning_rate) filter (is_evaluated) over same
            then 'lr ' || coalesce(format('{:g}', learning_rate), 'unknown') end,
        case when min(learning_rate_multiplier) filter (is_evaluated) over same
                <> max(learning_rate_multiplier) filter (is_evaluated) over same
            then 'lr × ' || coalesce(format('{:g}', learning_rate_multiplier), 'unknown') end,
        case when min(batch_size) filter (is_evaluated) over same
                <> max(batch_size) filter (is_evaluated) over same
            then 'batch ' || coalesce(batch_size::varchar, 'unknown') end
    ) as settings
from named
window same as (partition by experiment, model, dataset, epochs, lora_rank, step, rerun_of)
