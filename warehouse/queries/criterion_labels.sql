-- One row per label that judges gave under a criterion, the most frequent first.
select judgement.label
from core.judgement as judgement
join core.criterion as criterion using (criterion_no)
where criterion.criterion = $criterion and judgement.label is not null
group by judgement.label
order by count(*) desc, judgement.label
