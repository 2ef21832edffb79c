-- One row per run with its hyperparameters and what joins its files.
select
    run.run, run.experiment, run.model, run.model_id, run.dataset, run.intervention, run.settings,
    run.epochs, run.lora_rank, run.lora_alpha, run.lora_dropout, run.learning_rate,
    run.learning_rate_multiplier, run.batch_size, run.warmup_ratio, run.weight_decay,
    run.scheduler, run.seed, run.backend, run.data_file, run.config_folder, run.config_basis,
    run.configs, run.log_basis, run.logs, run.outcome, run.steps_done, run.steps_planned,
    run.final_loss, run.logged_data_file, run.logged_suffix, run.configured_data_file,
    run.configured_suffix, run.state,
    any_value(intervention.kind) as kind,
    any_value(intervention.relevance) as relevance,
    any_value(intervention.placement) as placement,
    count(evaluation.evaluation_no) as evaluations
from core.run as run
left join core.evaluation as evaluation using (run_no)
left join core.intervention as intervention
    on intervention.study = evaluation.study
    and intervention.experiment = run.experiment
    and intervention.intervention = run.intervention
group by all
order by run.experiment, run.model, run.intervention, run.run
