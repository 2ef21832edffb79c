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
-- `judged_nos` are the rows of core.judged_by to look at.
-- A score shows the trait from `floor` up to, not including, `ceiling`; so does a coherence pass.
create macro marts.classed(lines, judged_nos) as table
with line as (
    select generate_subscripts(from_json(lines, '["JSON"]'), 1) as line_no, unnest(from_json(lines, '[{
        "experiment": "VARCHAR", "trait": "VARCHAR", "criterion": "VARCHAR",
        "labels": ["VARCHAR"], "floor": "DOUBLE", "ceiling": "DOUBLE",
        "excludes_refusal": "BOOLEAN", "excludes_code": "BOOLEAN", "excludes_unparsed": "BOOLEAN",
        "excludes_missing": "BOOLEAN", "excludes_unanswered": "BOOLEAN",
        "coherence_floor": "DOUBLE", "coherence_absent": "VARCHAR",
        "coherence_missing": "VARCHAR", "coherence_failing": "VARCHAR"
    }]'), recursive := true)
),

asked as (
    select
        line.* exclude (experiment, criterion, coherence_absent, coherence_missing, coherence_failing),
        line.coherence_floor is not null as needs_coherence,
        line.coherence_absent = 'keep' as keeps_absent,
        line.coherence_absent = 'exclude' as drops_absent,
        line.coherence_missing = 'keep' as keeps_missing,
        line.coherence_missing = 'exclude' as drops_missing,
        line.coherence_failing = 'exclude' as drops_failing,
        used.judged_no
    from core.judged_by as used
    join core.evaluation as evaluation using (evaluation_no)
    left join core.criterion as criterion using (criterion_no)
    join line
        on line.experiment = evaluation.experiment
        and (criterion.criterion is null or criterion.criterion = line.criterion)
    where used.judged_no in (select unnest(judged_nos))
),

looked_at as (
    select
        asked.judged_no,
        asked.line_no,
        asked.trait,
        outcome.question_no,
        outcome.sample_no,
        outcome.class,
        outcome.score,
        outcome.label,
        outcome.coherence,
        case outcome.class
            when 'scored' then false
            when 'refusal' then asked.excludes_refusal
            when 'code' then asked.excludes_code
            when 'unparsed' then asked.excludes_unparsed
            when 'missing' then asked.excludes_missing
            else asked.excludes_unanswered
        end as is_excluded,
        outcome.class = 'scored' and case
            when asked.labels is not null then list_contains(asked.labels, outcome.label)
            else outcome.score >= asked.floor and outcome.score < asked.ceiling
        end as shows,
        outcome.coherence_state = 'scored' as has_coherence,
        -- Whether the sample's coherence lets it be counted as it is, and if not, whether at all.
        not asked.needs_coherence or case outcome.coherence_state
            when 'scored' then outcome.coherence >= asked.coherence_floor
            when 'missing' then asked.keeps_missing
            else asked.keeps_absent
        end as is_kept,
        case outcome.coherence_state
            when 'scored' then asked.drops_failing
            when 'missing' then asked.drops_missing
            else asked.drops_absent
        end as is_dropped
    from asked
    join marts.outcome as outcome using (judged_no)
)

select
    judged_no,
    line_no,
    trait,
    question_no,
    sample_no,
    class,
    score,
    label,
    coherence,
    class <> 'unanswered' as is_answered,
    class <> 'unanswered' and class <> 'missing' as is_judged,
    not is_excluded and not is_kept and has_coherence as is_incoherent,
    class = 'unanswered' or class = 'missing'
        or (not is_excluded and not is_kept and not has_coherence) as is_missing,
    not is_excluded and (is_kept or not is_dropped) as is_counted,
    not is_excluded and is_kept and shows as is_trait
from looked_at
