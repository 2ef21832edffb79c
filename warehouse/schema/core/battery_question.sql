-- One row per question of a battery, as its file defines it.
select
    source.source_no,
    battery_question.* exclude (shard)
from raw.battery_question as battery_question
join core.source as source using (shard)
