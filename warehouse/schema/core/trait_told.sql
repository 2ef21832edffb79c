-- One row per study and trait that a source describes, of equal descriptions the first by path.
-- A description holds for the studies of its own file, else for those of the files beside and below it.
with own as (
    select distinct evaluation.shard, source.path, study.study
    from raw.evaluation as evaluation
    join core.source as source using (shard)
    join core.study as study
        on study.study_key = coalesce(
            'id:' || evaluation.study_id, 'name:' || evaluation.study, 'tree:' || source.tree
        )
),

-- Importers refuse a trait that nothing shows; older ones did not.
described as (
    select trait.*, source.source_no, source.path, source.directory
    from raw.trait as trait
    join core.source as source using (shard)
    where array_length(trait.labels) > 0 or trait.score_is is not null
),

placed as (
    select described.*, own.study
    from described
    join own using (shard)
    union all
    select distinct described.*, own.study
    from described
    left join own on starts_with(own.path, described.directory || '/')
    where described.shard not in (select shard from own)
)

select * exclude (shard, directory)
from placed
qualify row_number() over (
    partition by study, experiment, trait, kind, criterion, list_sort(labels), score_is, score_cut,
        check_criterion, list_sort(check_labels)
    order by path
) = 1
order by path, experiment, trait
