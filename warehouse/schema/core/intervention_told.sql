-- One row per study, intervention and way in which sources describe it, with the first of them by path.
-- The control needs no description, and what is called so is none (core.intervention).
select
    description.study,
    intervention.experiment,
    intervention.intervention,
    intervention.kind,
    intervention.relevance,
    intervention.placement,
    intervention.phase,
    intervention.dose,
    intervention.text,
    min(source.path) as path
from raw.intervention as intervention
join core.source as source using (shard)
join core.description as description using (shard)
where description.study is not null
group by
    description.study, intervention.experiment, intervention.intervention, intervention.kind,
    intervention.relevance, intervention.placement, intervention.phase, intervention.dose,
    intervention.text
