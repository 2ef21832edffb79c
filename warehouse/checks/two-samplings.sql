-- One row per two files that number their samples alike and answer most of them differently.
-- Title: Two files are counted as two samplings of one run
-- Severity: warning
-- Why: One may be an older version of the other, or of another run. forget takes one out; a seed in the study map makes them two runs.
select
    told.experiment, told.model, told.intervention, told.run, null as evaluation,
    sum(overlap.shared)::bigint as n,
    source.path as file,
    format(
        '{:,} of its samples have the question and number of samples in {}, and {:,} of the answers are equal.',
        sum(overlap.shared)::bigint, host.path, sum(overlap.agreed)::bigint
    ) as detail
from core.overlap as overlap
join core.told as told on told.evaluation_no = overlap.other_no
join core.told as first on first.evaluation_no = overlap.one_no
join core.source as source on source.source_no = told.source_no
join core.source as host on host.source_no = first.source_no
where overlap.is_two
group by told.experiment, told.model, told.intervention, told.run, source.path, host.path
