-- One row per fine-tuned or untuned model that results or logs tell of.
-- Key: run_key
with told as (
    select
        run_key, trained_id as model_id, folder, experiment, model, dataset, intervention,
        epochs, lora_rank, seed, suffix_key, 1 as rank
    from core.evaluation_described
    union all
    select
        log_run.run_key, log.model_id, log.folder, log.experiment, log.model, null, null,
        log.epochs, null, null, lower(log.suffix), 2
    from core.log_run as log_run
    join core.training_log as log using (log_no)
    where log_run.run_key not like 'config:%'
)

select
    run_key,
    first(model_id order by rank) filter (model_id is not null) as model_id,
    first(folder order by rank) filter (folder is not null) as folder,
    first(experiment order by rank) filter (experiment is not null) as experiment,
    first(model order by rank) filter (model is not null) as model,
    first(dataset order by rank) filter (dataset is not null) as dataset,
    first(intervention order by rank) filter (intervention is not null) as intervention,
    first(epochs order by rank) filter (epochs is not null) as epochs,
    first(lora_rank order by rank) filter (lora_rank is not null) as lora_rank,
    first(seed order by rank) filter (seed is not null) as seed,
    first(suffix_key order by rank) filter (suffix_key is not null) as suffix_key,
    bool_or(rank = 1) as is_evaluated
from told
group by run_key
