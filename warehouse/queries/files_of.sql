-- One row per file and arm of which it holds answers; `conditions` is a text, where it is none.
select distinct
    source.path,
    told.study,
    told.experiment,
    told.model,
    told.dataset,
    told.intervention,
    told.eval_intervention as conditions
from core.told as told
join core.source as source using (source_no)
order by source.path
