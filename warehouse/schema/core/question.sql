-- One row per question of an experiment: one prompt, with its system prompt where it has one.
-- Key: question_no
with asked as (
    select
        evaluation.experiment,
        question.*
    from raw.question as question
    join core.evaluation as evaluation using (shard, evaluation_key)
)

select
    row_number() over (order by experiment, min(question_key), text) as question_no,
    left(md5(concat_ws(chr(31), experiment, text, system_prompt)), 12) as question_id,
    experiment,
    text,
    system_prompt,
    min(name) as name,
    string_agg(distinct question_group, ', ' order by question_group) as question_group,
    coalesce(bool_or(in_domain), false) as in_domain
from asked
group by experiment, text, system_prompt
