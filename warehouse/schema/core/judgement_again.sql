-- One row per judgement that a judge was asked for once more; it is never counted.
-- Key: sample_key, criterion_no, judge_no, occasion
select
    sample.evaluation_no,
    sample.question_no,
    criterion.criterion_no,
    judge.judge_no,
    again.sample_key,
    again.occasion,
    again.status::judgement_status as status,
    again.score,
    again.label
from raw.judgement_again as again
join core.sample as sample using (sample_key)
join core.criterion as criterion using (criterion)
join core.judge_known as judge using (shard, judge_key)
where again.shard not in (select shard from core.misplaced)
qualify row_number() over (
    partition by again.sample_key, criterion.criterion_no, judge.judge_no, again.occasion order by again.shard
) = 1
