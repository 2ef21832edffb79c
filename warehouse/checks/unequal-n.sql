-- One row per evaluation that planned less than four fifths of the largest of its experiment.
-- Title: Conditions have unequal n
-- Severity: notice
-- Why: A cell with few samples looks calmer or wilder than it is beside a large one. From four fifths on the interval is less than an eighth wider, which is not told.
with counted as (
    select
        told.*,
        count(*) as samples,
        count(distinct sample.question_no) as questions
    from core.told as told
    join core.sample as sample using (evaluation_no)
    group by all
)

select
    experiment, model, intervention, run, evaluation,
    samples as n,
    format(
        '{} samples on {} questions; the largest evaluation of this experiment has {}.',
        samples, questions, max(samples) over (partition by experiment)
    ) as detail
from counted
qualify samples < 0.8 * max(samples) over (partition by experiment)
