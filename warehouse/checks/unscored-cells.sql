-- One row per evaluation and judge with more than 5 % of the answers unscored on some criteria; one
-- per experiment and judge where that is so of every evaluation.
-- Title: More than 5 % of the answers are unscored
-- Severity: error
-- Why: Such a cell is not a result: what was not scored could turn it around.
-- Only what numbers rest on is looked at: criteria of traits, and coherence where a trait is
-- misalignment. A criterion that a judge never scored is empty, and wrong in no number.
with used as (
    select experiment, criterion, 'error' as severity from core.trait
    union
    select experiment, check_criterion, 'notice' from core.trait where check_criterion is not null
    union
    select experiment, 'coherence', 'warning' from core.trait where kind = 'misalignment'
),

counted as (
    select
        judged_no,
        count(*) filter (class <> 'unanswered') as answers,
        count(*) filter (class in ('missing', 'unparsed')) as unscored,
        count(*) filter (class <> 'unanswered' and coherence_state = 'missing') as incoherent
    from marts.outcome
    group by judged_no
),

lacking as (
    select evaluation_no, judge_no, criterion.criterion, answers, unscored as n
    from counted
    join core.judged_by using (judged_no)
    join core.criterion as criterion using (criterion_no)
    union
    select evaluation_no, coherence_judge_no, 'coherence', answers, incoherent
    from counted
    join core.judged_by using (judged_no)
    where coherence_judge_no is not null
),

known as (
    select
        told.study, told.experiment, told.model, told.intervention, told.run, told.evaluation,
        lacking.criterion,
        judge.judge,
        lacking.answers, lacking.n,
        min(used.severity) as graded,
        lacking.n > 0.05 * lacking.answers as is_found,
        bool_and(is_found) over everywhere and count(*) over everywhere > 1 as is_everywhere,
        bool_and(lacking.n = lacking.answers) over everywhere as is_empty,
        if(is_empty, 'notice', min(used.severity)) as severity
    from lacking
    join core.told as told using (evaluation_no)
    join core.judge as judge using (judge_no)
    join used on used.experiment = told.experiment and used.criterion = lacking.criterion
    group by
        told.study, told.experiment, told.model, told.intervention, told.run, told.evaluation,
        lacking.criterion, lacking.judge_no, judge.judge, lacking.answers, lacking.n
    window everywhere as (
        partition by told.study, told.experiment, lacking.criterion, lacking.judge_no
    )
),

everywhere as (
    select
        study, experiment, judge, criterion, severity, is_empty,
        sum(n)::bigint as n, sum(answers)::bigint as answers, count(*) as evaluations
    from known
    where is_everywhere
    group by study, experiment, judge, criterion, severity, is_empty
)

select
    experiment, model, intervention, run, evaluation, n,
    format(
        '{} of {} answers have no {} from judge {}.',
        n, answers, string_agg(criterion, ', ' order by criterion), judge
    ) as detail,
    severity
from known
where is_found and not is_everywhere
group by experiment, model, intervention, run, evaluation, judge, n, answers, severity
union all
select
    experiment, null, null, null, null, n,
    format(
        if(is_empty,
            'Judge {3} scored none of {1} answers on {2}, in {4} evaluations.',
            '{0} of {1} answers have no {2} from judge {3}; so it is in each of {4} evaluations.'
        ),
        n, answers, string_agg(criterion, ', ' order by criterion), judge, evaluations
    ),
    severity
from everywhere
group by study, experiment, judge, n, answers, evaluations, severity, is_empty
