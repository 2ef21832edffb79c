-- One row per fine-tuned or untuned model that results or logs tell of.
-- Key: run_key
with told as (
    select
        run_key, trained_id as model_id, folder, experiment, model, dataset, intervention,
        epochs, lora_rank, seed, step, rerun_of, suffix_key, 1 as rank
    from core.evaluation_described
    union all
    select
        log_run.run_key, log.model_id, log.folder, log.experiment, log.model, null, null,
        log.epochs, null, null, null, null, lower(log.suffix), 2
    from core.log_run as log_run
    join core.training_log as log using (log_no)
    where log_run.run_key not like 'config:%'
)

select
    run_key,
    coalesce(min(model_id) filter (rank = 1), min(model_id)) as model_id,
    coalesce(min(folder) filter (rank = 1), min(folder)) as folder,
    coalesce(min(experiment) filter (rank = 1), min(experiment)) as experiment,
    coalesce(min(model) filter (rank = 1), min(model)) as model,
    coalesce(min(dataset) filter (rank = 1), min(dataset)) as dataset,
    coalesce(min(intervention) filter (rank = 1), min(intervention)) as intervention,
    coalesce(min(epochs) filter (rank = 1), min(epochs)) as epochs,
    coalesce(min(lora_rank) filter (rank = 1), min(lora_rank)) as lora_rank,
    coalesce(min(seed) filter (rank = 1), min(seed)) as seed,
    min(step) as step,
    min(rerun_of) as rerun_of,
    coalesce(min(suffix_key) filter (rank = 1), min(suffix_key)) as suffix_key,
    bool_or(rank = 1) as is_evaluated
from told
group by run_key
