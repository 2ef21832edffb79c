-- One row per record that could not be understood, or per file where nothing of it could.
select
    source.source_no,
    quarantine.source_row,
    quarantine.reason,
    left(quarantine.raw, 2000) as excerpt
from raw.quarantine as quarantine
join core.source as source using (shard)
union all
select
    source_no,
    null,
    refused_file,
    null
from core.source
where refused_file is not null
