-- One row per study and trait that a source describes, of equal descriptions the first by path.
-- Importers refuse a trait that nothing shows; older ones did not.
select trait.* exclude (shard), source.source_no, source.path, description.study
from raw.trait as trait
join core.source as source using (shard)
join core.description as description using (shard)
where array_length(trait.labels) > 0 or trait.score_is is not null
qualify row_number() over (
    partition by description.study, trait.experiment, trait.trait, trait.kind, trait.criterion,
        list_sort(trait.labels), trait.score_is, trait.score_cut, trait.check_criterion,
        list_sort(trait.check_labels)
    order by source.path
) = 1
order by source.path, trait.experiment, trait.trait
