-- One row per question, trait and judge: how many of the samples that meet the filters each list would hold.
select
    question.question_id as question,
    listed.trait,
    tally.judge,
    count(*)::bigint as n_planned,
    (count(*) filter (listed.is_counted))::bigint as n_counted,
    (count(*) filter (listed.is_trait))::bigint as n_trait,
    (count(*) filter (listed.is_incoherent))::bigint as n_incoherent
from marts.listed($lines, $slice, $only, $score_low, $score_high, $among) as listed
join marts.tally as tally using (tally_no)
join core.question as question on question.question_no = tally.question_no
where listed.is_listed
group by all
order by all
