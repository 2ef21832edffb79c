-- One row per experiment and criterion of answers in a slice that no rate counts, and why.
-- An answer can be counted where a trait of its experiment goes by a criterion it was judged on.
-- `criterion` is null where nobody judged it on any but coherence.
with chosen as (
    select tally_no, evaluation_no, question_no, study, experiment, criterion, n_planned, n_answered
    from marts.chosen($slice)
),

line as (select experiment, studies, criterion from marts.line($lines, $slice)),

counted as (
    select distinct evaluation_no, question_no
    from chosen
    where exists (
        select 1 from line
        where line.experiment = chosen.experiment
            and (line.studies is null or list_contains(line.studies, chosen.study))
            and line.criterion = chosen.criterion
    )
),

left_over as (
    select experiment, evaluation_no, question_no, criterion, max(n_answered) as n
    from chosen
    where (evaluation_no, question_no) not in (select evaluation_no, question_no from counted)
    group by experiment, evaluation_no, question_no, criterion
),

told as (
    select
        judgement.evaluation_no,
        criterion.criterion,
        min(judgement.score) as low,
        max(judgement.score) as high,
        list(distinct judgement.label) filter (judgement.label is not null) as labels
    from core.judgement as judgement
    join core.criterion as criterion using (criterion_no)
    where judgement.evaluation_no in (select evaluation_no from left_over)
    group by judgement.evaluation_no, criterion.criterion
),

known as (
    select
        left_over.experiment,
        left_over.criterion,
        sum(left_over.n)::bigint as n,
        min(told.low) as low,
        max(told.high) as high,
        list_sort(list_distinct(flatten(list(told.labels) filter (told.labels is not null)))) as labels
    from left_over
    left join told using (evaluation_no, criterion)
    group by left_over.experiment, left_over.criterion
)

select
    known.experiment,
    known.criterion,
    known.n,
    known.low,
    known.high,
    known.labels,
    coalesce(known.experiment in (select experiment from core.trait), false) as has_traits
from known
where n > 0
order by experiment, n desc, criterion
