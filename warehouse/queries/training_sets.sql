-- One row per training file.
select source.path, training_set.* exclude (source_no)
from core.training_set as training_set
join core.source as source using (source_no)
order by source.path
