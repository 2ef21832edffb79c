-- One row per evaluation: the hash of the file it came from.
select told.evaluation, source.sha256
from core.told as told
join core.source as source using (source_no)
order by told.evaluation
