-- One row per training configuration.
-- Key: config_no
select
    row_number() over (order by source.path, config.folder) as config_no,
    source.source_no,
    config.* exclude (shard),
    -- "birds-etymologist-3ep" is how a fine-tuned model's id repeats its configuration.
    lower(config.suffix) as suffix_key
from raw.config as config
join core.source as source using (shard)
