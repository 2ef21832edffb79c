-- One row per evaluation whose info file says something else than its rows.
-- Title: The info file contradicts its rows
-- Severity: warning
-- Why: The file was written by another run, so that its judge may be another's too. The rows are right.
with counted as (
    select evaluation_no, question_no, count(*) as samples
    from core.sample
    group by evaluation_no, question_no
),

told as (
    select
        told.*,
        declaration.samples_per_question as declared,
        declaration.model_id as declared_model,
        max(counted.samples) as most
    from core.told as told
    join core.evaluation as evaluation using (evaluation_no)
    join core.declaration as declaration using (directory)
    join counted using (evaluation_no)
    group by all
)

select
    experiment, model, intervention, run, evaluation, 1 as n,
    concat_ws(
        ' ',
        case when declared <> most then format(
            'It declares {} samples a question, the rows hold at most {}.', declared, most
        ) end,
        case when declared_model <> model_id then format(
            'It names model {}, the rows name {}.', declared_model, model_id
        ) end
    ) as detail
from told
where declared <> most or declared_model <> model_id
