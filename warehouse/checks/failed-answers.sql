-- One row per evaluation with samples that have no answer.
-- Title: Samples have no answer
-- Severity: notice
-- Why: A failed call is not an answer without the trait. The default rule counts none; above 5 % the cell is not a result.
with counted as (
    select
        evaluation_no,
        count(*) as samples,
        count(*) filter (status = 'error') as failed,
        count(*) filter (status = 'missing') as missing,
        count(*) filter (status = 'empty' and not has_thoughts) as empty
    from core.sample
    group by evaluation_no
)

select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    failed + missing + empty as n,
    format(
        '{} of {} samples have no answer ({}).',
        failed + missing + empty,
        samples,
        concat_ws(
            ', ',
            if(failed > 0, format('{} failed', failed), null),
            if(missing > 0, format('{} missing', missing), null),
            if(empty > 0, format('{} empty', empty), null)
        )
    ) as detail,
    if(failed + missing + empty > 0.05 * samples, 'error', 'notice') as severity
from counted
join core.told as told using (evaluation_no)
where failed + missing + empty > 0
