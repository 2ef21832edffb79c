-- One row per evaluation, as its file and folder describe it, before it is joined to a run.
-- Key: evaluation_id
with described as (
    select
        evaluation.*,
        source.source_no,
        source.sha256,
        source.directory,
        source.tree,
        source.path,
        case when evaluation.model_id like 'ft:%' then evaluation.model_id end as trained_id,
        case
            when evaluation.model_id like 'ft:%'
                then lower(string_split(evaluation.model_id, ':')[4])
        end as suffix_key
    from raw.evaluation as evaluation
    join core.source as source using (shard)
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
)

select
    left(md5(sha256 || evaluation_key), 16) as evaluation_id,
    * exclude (intervention, configured_intervention, shard, sha256),
    shard,
    coalesce(
        intervention,
        configured_intervention,
        case when dataset = 'none' or suffix_key is null then 'none' end,
        'unrecorded'
    ) as intervention,
    coalesce(trained_id, tree || '/' || folder || coalesce('#' || seed::varchar, '')) as run_key
from named
qualify row_number() over (partition by left(md5(sha256 || evaluation_key), 16) order by path) = 1
