-- One row per evaluation and judge with more than 5 % of the samples unscored on some criteria; one
-- per experiment and judge where that is so of every evaluation.
-- Title: More than 5 % of the answers are unscored
-- Severity: error
-- Why: Such a cell is not a result: what was not scored could turn it around.
with counted as (
    select
        judged_no,
        count(*) as samples,
        count(*) filter (class in ('unanswered', 'missing', 'unparsed')) as unscored,
        count(*) filter (coherence_state = 'missing') as incoherent
    from marts.outcome
    group by judged_no
),

lacking as (
    select evaluation_no, judge_no, criterion.criterion, samples, unscored as n
    from counted
    join core.judged_by using (judged_no)
    left join core.criterion as criterion using (criterion_no)
    union
    select evaluation_no, coherence_judge_no, 'coherence', samples, incoherent
    from counted
    join core.judged_by using (judged_no)
),

known as (
    select
        told.experiment, told.model, told.intervention, told.run, told.evaluation,
        coalesce(lacking.criterion, 'judgement') as criterion,
        coalesce(judge.judge, 'none') as judge,
        lacking.samples, lacking.n,
        lacking.n > 0.05 * lacking.samples as is_found,
        bool_and(is_found) over everywhere and count(*) over everywhere > 1 as is_everywhere
    from lacking
    join core.told as told using (evaluation_no)
    left join core.judge as judge using (judge_no)
    window everywhere as (partition by told.experiment, lacking.criterion, lacking.judge_no)
),

everywhere as (
    select
        experiment, judge, criterion,
        sum(n) as n, sum(samples) as samples, count(*) as evaluations
    from known
    where is_everywhere
    group by experiment, judge, criterion
)

select
    experiment, model, intervention, run, evaluation, n,
    format(
        '{} of {} samples have no {} from judge {}.',
        n, samples, string_agg(criterion, ', ' order by criterion), judge
    ) as detail
from known
where is_found and not is_everywhere
group by experiment, model, intervention, run, evaluation, judge, n, samples
union all
select
    experiment, null, null, null, null, n,
    format(
        '{} of {} samples have no {} from judge {}; so it is in each of {} evaluations.',
        n, samples, string_agg(criterion, ', ' order by criterion), judge, evaluations
    )
from everywhere
group by experiment, judge, n, samples, evaluations
