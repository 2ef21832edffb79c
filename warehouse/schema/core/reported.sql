-- One row per rate that a file states without the answers behind it; never counted.
select
    source.source_no,
    source.path,
    reported.about,
    reported.metric,
    reported.value,
    reported.n,
    reported.judge
from raw.reported as reported
join core.source as source using (shard)
