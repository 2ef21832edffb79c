-- One row per evaluation of a slice: an empty list leaves its dimension whole.
create macro marts.chosen(
    experiments, models, datasets, interventions, kinds, relevances, placements,
    eval_interventions, runs, evaluations
) as table
select *
from core.told
where (len(experiments) = 0 or list_contains(experiments, experiment))
    and (len(models) = 0 or list_contains(models, model))
    and (len(datasets) = 0 or list_contains(datasets, dataset))
    and (len(interventions) = 0 or list_contains(interventions, intervention))
    and (len(kinds) = 0 or list_contains(kinds, kind))
    and (len(relevances) = 0 or list_contains(relevances, relevance))
    and (len(placements) = 0 or list_contains(placements, placement))
    and (len(eval_interventions) = 0 or list_contains(eval_interventions, eval_intervention))
    and (len(runs) = 0 or list_contains(runs, run))
    and (len(evaluations) = 0 or list_contains(evaluations, evaluation));

-- One row per judge and criterion of the evaluations of a slice.
create macro marts.used(judges) as table
select
    judged.judged_no,
    judged.evaluation_no,
    coalesce(judge.judge, 'none') as judge,
    criterion.criterion
from core.judged_by as judged
left join core.judge as judge using (judge_no)
left join core.criterion as criterion using (criterion_no)
where len(judges) = 0 or list_contains(judges, coalesce(judge.judge, 'none'));

-- One row per question of a slice.
create macro marts.asked(questions, domain) as table
select
    question_no,
    question_id as question,
    coalesce(name, text) as question_name,
    question_group,
    in_domain
from core.question
where case domain when 'outside' then not in_domain when 'inside' then in_domain else true end
    and (len(questions) = 0 or list_contains(questions, question_id));

-- One row per sample, trait and judge under a rule: whether it is counted, and whether it shows the trait.
-- `lines` is what the rule says of each experiment's traits, as a JSON list (warehouse/counting.py).
create macro marts.classed(lines) as table
with line as (
    select unnest(from_json(lines, '[{
        "experiment": "VARCHAR", "trait": "VARCHAR", "criterion": "VARCHAR",
        "labels": ["VARCHAR"], "comparison": "VARCHAR", "cut": "FLOAT",
        "excluded": ["VARCHAR"],
        "coherence_comparison": "VARCHAR", "coherence_cut": "FLOAT",
        "coherence_missing": "VARCHAR", "coherence_absent": "VARCHAR",
        "coherence_failing": "VARCHAR"
    }]'), recursive := true)
),

asked as (
    select line.*, used.judged_no
    from core.judged_by as used
    join core.evaluation as evaluation using (evaluation_no)
    left join core.criterion as criterion using (criterion_no)
    join line
        on line.experiment = evaluation.experiment
        and (criterion.criterion is null or criterion.criterion = line.criterion)
),

looked_at as (
    select
        asked.judged_no,
        asked.trait,
        outcome.question_no,
        outcome.sample_key,
        outcome.class,
        outcome.score,
        outcome.label,
        outcome.coherence,
        list_contains(asked.excluded, outcome.class::varchar) as is_excluded,
        outcome.class = 'scored' and case
            when asked.labels is not null then list_contains(asked.labels, outcome.label)
            when asked.comparison = 'below' then outcome.score < asked.cut
            when asked.comparison = 'at most' then outcome.score <= asked.cut
            when asked.comparison = 'above' then outcome.score > asked.cut
            when asked.comparison = 'at least' then outcome.score >= asked.cut
        end as shows,
        -- What becomes of the sample for its coherence: keep, exclude or negative.
        case
            when asked.coherence_cut is null then 'keep'
            when outcome.coherence_state = 'absent' then asked.coherence_absent
            when outcome.coherence_state = 'missing' then asked.coherence_missing
            when asked.coherence_comparison = 'above' and outcome.coherence > asked.coherence_cut
                then 'keep'
            when asked.coherence_comparison = 'at least' and outcome.coherence >= asked.coherence_cut
                then 'keep'
            else asked.coherence_failing
        end as coherence_fate,
        asked.coherence_cut is not null and outcome.coherence_state = 'scored' as has_coherence
    from asked
    join marts.outcome as outcome using (judged_no)
)

select
    judged_no,
    trait,
    question_no,
    sample_key,
    class,
    score,
    label,
    coherence,
    class <> 'unanswered' as is_answered,
    class not in ('unanswered', 'missing') as is_judged,
    not is_excluded and coherence_fate <> 'keep' and has_coherence as is_incoherent,
    class in ('unanswered', 'missing')
        or (not is_excluded and coherence_fate <> 'keep' and not has_coherence) as is_missing,
    not is_excluded and coherence_fate <> 'exclude' as is_counted,
    not is_excluded and coherence_fate = 'keep' and coalesce(shows, false) as is_trait
from looked_at
