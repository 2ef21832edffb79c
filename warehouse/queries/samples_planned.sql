-- One row per evaluation of a slice: how many samples it planned.
with asked as (
    select distinct evaluation_no, question_no, n_planned from marts.asked($lines, $slice)
)

select told.evaluation, sum(asked.n_planned)::bigint as n
from asked
join core.told as told using (evaluation_no)
group by evaluation_no, told.evaluation
order by evaluation_no
