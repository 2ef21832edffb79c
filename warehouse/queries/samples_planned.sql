-- One row per evaluation of a slice: how many samples it planned.
with asked as (
    select distinct evaluation_no, question_no, n_planned
    from marts.asked(
        $lines, $trait,
        (
            select list(tally_no) from marts.chosen(
                $study, $experiment, $model, $dataset, $intervention, $kind, $relevance, $placement,
                $eval_intervention, $run, $evaluation, $judge, $question, $domain
            )
        )
    )
)

select evaluation_no, sum(n_planned)::bigint as n
from asked
group by evaluation_no
order by evaluation_no
