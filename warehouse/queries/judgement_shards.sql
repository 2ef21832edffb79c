-- One row per shard and evaluation that its judgements are about.
select distinct shard, evaluation_no
from core.judgement_source
where evaluation_no in (
    select evaluation_no from core.sample where sample_key in (select unnest($keys::bigint[]))
)
order by shard
