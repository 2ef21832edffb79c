-- One row per study, experiment and intervention, with its text and placement as far as anything tells them.
-- Texts: what the study says of it; else what was found in its training files, where that explains
-- every example; else what its evaluations were sent. `texts` says how many of the first kind that
-- knows any there are; where there are several, none of them is the intervention's text.
-- Example: the shortest question of the experiment.
with training as (
    select
        evaluation.study, run.experiment, run.intervention,
        training_set.text, training_set.placement,
        file.tree is not distinct from source.tree as is_near
    from core.run as run
    join core.evaluation as evaluation using (run_no)
    join core.source as source on source.source_no = evaluation.source_no
    join core.training_set as training_set on training_set.data_file = run.data_file
    join core.source as file on file.source_no = training_set.source_no
    where training_set.text is not null and training_set.unexplained = 0
    -- Studies may have files of one name: those beside the results go before the others.
    qualify is_near or not bool_or(is_near) over (
        partition by evaluation.study, run.experiment, run.intervention
    )
),

trained as (
    select
        study, experiment, intervention,
        count(distinct text) as texts,
        min(text) as text,
        case when count(distinct placement) = 1 then min(placement) end as placement
    from training
    group by study, experiment, intervention
),

sent as (
    select
        study, experiment, eval_intervention as intervention,
        count(distinct eval_text) as texts, min(eval_text) as text
    from core.evaluation
    where eval_text is not null and eval_intervention <> 'none'
    group by study, experiment, eval_intervention
),

asked as (
    select experiment, arg_min(text, (length(text), text)) as question
    from core.question
    group by experiment
)

select
    known.study,
    known.experiment,
    known.intervention,
    known.kind,
    known.relevance,
    case
        when known.placement not in ('none', 'unknown') then known.placement
        else coalesce(trained.placement, known.placement)
    end as placement,
    case
        when known.text is not null then known.text
        when trained.texts = 1 then trained.text
        when trained.texts is null and sent.texts = 1 then sent.text
    end as text,
    case when known.text is not null then 1 else coalesce(trained.texts, sent.texts, 0) end
        as texts,
    asked.question
from core.intervention as known
left join trained using (study, experiment, intervention)
left join sent using (study, experiment, intervention)
left join asked using (experiment)
order by known.study, known.experiment, known.intervention
