-- One row per record or file that could not be understood.
select source.path, refusal.source_row, refusal.reason, refusal.excerpt
from core.refusal as refusal
join core.source as source using (source_no)
order by source.path, refusal.source_row nulls first, refusal.reason
