-- One row per evaluation, question, trait and judge: how many of its counted samples a search found.
select
    told.evaluation,
    question.question_id as question,
    listed.trait,
    tally.judge,
    count(*)::bigint as n_found
from marts.listed($lines, $slice, 'counted', null, null, $among) as listed
join marts.tally as tally using (tally_no)
join core.sample as sample using (sample_no)
join core.told as told on told.evaluation_no = sample.evaluation_no
join core.question as question on question.question_no = sample.question_no
where listed.is_listed
group by all
order by all
