-- One row per judgement: one judge's outcome for one sample on one criterion; the raw text stays in the lake.
-- Key: sample_key, criterion_no, judge_no
select
    sample.evaluation_no,
    sample.question_no,
    criterion.criterion_no,
    judge.judge_no,
    judgement.sample_key,
    judgement.status::judgement_status as status,
    judgement.score,
    judgement.label
from raw.judgement as judgement
join core.sample as sample using (sample_key)
join core.criterion as criterion using (criterion)
join core.judge_used as used using (shard, judge_key)
join core.judge as judge
    on judge.name = used.name
    and judge.kind = used.kind
    and judge.prompt_version is not distinct from used.prompt_version
