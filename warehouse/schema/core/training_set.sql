-- One row per training file.
-- Key: source_no
select
    source.source_no,
    training_set.* exclude (shard)
from raw.training_set as training_set
join core.source as source using (shard)
