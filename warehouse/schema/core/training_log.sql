-- One row per training job that a log tells of.
-- Key: log_no
select
    row_number() over (order by source.path, log.log_key) as log_no,
    source.source_no,
    log.* exclude (shard),
    log.shard
from raw.training_log as log
join core.source as source using (shard)
