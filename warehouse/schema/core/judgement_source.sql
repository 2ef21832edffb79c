-- One row per shard and evaluation that its judgements are about.
-- Key: shard, evaluation_no
select distinct judgement.shard, sample.evaluation_no
from raw.judgement as judgement
join core.sample as sample using (sample_key)
where judgement.shard not in (select shard from core.misplaced)
