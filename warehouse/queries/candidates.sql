-- One row per sample, trait and judge of a slice: what a draw of transcripts goes by.
-- Where a rule looks at a sample more than once under one trait and judge, each look has a row.
select
    sample.sample_key,
    told.* exclude (evaluation_no, source_no, run_no),
    question.question_id as question,
    listed.trait,
    tally.judge,
    listed.score,
    listed.is_trait,
    listed.is_counted,
    listed.is_listed,
    listed.is_judged,
    sample.answer_chars,
    sample.answer_hash,
    source.shard
from marts.listed($lines, $slice, $only, $score_low, $score_high, $among) as listed
join marts.tally as tally using (tally_no)
join core.sample as sample using (sample_no)
join core.told as told on told.evaluation_no = sample.evaluation_no
join core.question as question on question.question_no = sample.question_no
join core.source as source on source.source_no = told.source_no
order by listed.sample_no, listed.trait, tally.judge, tally.criterion
