-- One row per evaluation, as its file and folder describe it, before it is joined to a run.
-- Key: evaluation_id
-- One that tells of no folder and no model id is a run of its own.
with described as (
    select
        evaluation.* exclude (study, study_id, folder, eval_intervention),
        coalesce(evaluation.folder, evaluation.evaluation_key) as folder,
        coalesce(evaluation.eval_intervention, 'none') as eval_intervention,
        coalesce(evaluation.folder, concat_ws('/', source.directory, evaluation.evaluation_key))
            as place,
        study.host_key as study_key,
        study.study,
        source.source_no,
        source.sha256,
        source.directory,
        source.tree,
        source.path,
        case when evaluation.model_id like 'ft:%' then evaluation.model_id end as trained_id,
        case
            when evaluation.model_id like 'ft:%:%:%'
                then lower(split_part(evaluation.model_id, ':', 4))
        end as suffix_key
    from raw.evaluation as evaluation
    join core.source as source using (shard)
    join core.study as study
        on study.study_key = coalesce(
            'id:' || evaluation.study_id, 'name:' || evaluation.study, 'tree:' || source.tree
        )
),

-- The configuration whose suffix the model's own id repeats tells what a folder leaves out.
named as (
    select
        described.*,
        (
            select any_value(config.intervention)
            from core.config as config
            where config.suffix_key = described.suffix_key
                and config.experiment = described.experiment
            having count(distinct config.intervention) = 1
        ) as configured_intervention
    from described
),

-- One file may be read as the results of two studies: then its evaluations have two names.
identified as (
    select
        *,
        left(md5(concat(
            sha256,
            evaluation_key,
            case when min(study_key) over same <> max(study_key) over same then study_key end
        )), 16) as evaluation_id
    from named
    window same as (partition by sha256, evaluation_key)
)

select
    evaluation_id,
    * exclude (evaluation_id, intervention, configured_intervention, shard, sha256, place),
    shard,
    coalesce(
        intervention,
        configured_intervention,
        case when dataset = 'none' or suffix_key is null then 'none' end,
        'unrecorded'
    ) as intervention,
    coalesce(
        case when step is null and rerun_of is null then trained_id end,
        study_key || '/' || place || coalesce('#' || seed::varchar, '')
    ) as run_key
from identified
qualify row_number() over (partition by evaluation_id order by path) = 1
