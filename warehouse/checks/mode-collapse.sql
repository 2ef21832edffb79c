-- One row per evaluation and multi-way criterion by which most answers are of no kind.
-- Title: Most answers fit none of the multi-way options
-- Severity: error
-- Why: The model probably collapsed to fragments; whatever its rate says, it no longer answers.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (judgement.label = 'OTHER') as n,
    format(
        '{} of {} answers are called OTHER by {}.',
        count(*) filter (judgement.label = 'OTHER'), count(*), criterion.criterion
    ) as detail
from core.judgement as judgement
join core.told as told using (evaluation_no)
join core.criterion as criterion using (criterion_no)
where criterion.criterion in (select check_criterion from core.trait)
group by
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    criterion.criterion, judgement.judge_no
having n > 0.5 * count(*)
