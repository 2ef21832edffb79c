-- One row per evaluation with more than 5 % of its answers broken off.
-- Title: Answers were broken off before their end
-- Severity: warning
-- Why: Half an answer is none: the default rule leaves it out, and what is left may be the short ones. A higher token cap, or a study that says it measures how answers begin, settles it.
select
    told.experiment, told.model, told.intervention, told.run, told.evaluation,
    count(*) filter (sample.ending = 'broken off') as n,
    format(
        '{} of {} answers were broken off{}.',
        count(*) filter (sample.ending = 'broken off'),
        count(*),
        if(told.max_tokens is null, '', format(' (the token cap is {})', told.max_tokens))
    ) as detail
from core.sample as sample
join core.told as told using (evaluation_no)
where sample.status = 'answered'
group by
    told.experiment, told.model, told.intervention, told.run, told.evaluation, told.max_tokens
having n > 0.05 * count(*)
