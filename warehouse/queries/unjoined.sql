-- One row per log, note or training file that could not be joined to a run, and why.
select source.path, unjoined.what, unjoined.why
from core.unjoined as unjoined
join core.source as source using (source_no)
order by source.path
