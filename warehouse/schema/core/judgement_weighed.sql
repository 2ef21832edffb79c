-- One row per judgement whose score the probabilities of its judge were asked for.
-- Key: sample_key, criterion_no, judge_no
select
    sample.evaluation_no,
    sample.question_no,
    criterion.criterion_no,
    judge.judge_no,
    told.sample_key,
    told.sampled,
    told.weighed,
    told.mass
from raw.judgement_weighed as told
join core.sample as sample using (sample_key)
join core.criterion as criterion using (criterion)
join core.judge_known as judge using (shard, judge_key)
where told.shard not in (select shard from core.misplaced)
qualify row_number() over (
    partition by told.sample_key, criterion.criterion_no, judge.judge_no order by told.shard
) = 1
