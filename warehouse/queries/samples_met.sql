-- One row per evaluation of a slice: how many of its samples meet the filters.
-- A sample that is looked at once needs not be told from itself.
with met as (
    select
        evaluation_no,
        count(*) filter (looks = 1) + count(distinct case when looks > 1 then sample_no end) as n
    from marts.listed($lines, $slice, $only, $score_low, $score_high, $among)
    where is_listed
    group by evaluation_no
)

select told.evaluation, met.n
from met
join core.told as told using (evaluation_no)
order by evaluation_no
