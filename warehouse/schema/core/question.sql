-- One row per question of an experiment: one prompt, with its system prompt where it has one.
-- Key: question_no
-- Of a question that was asked in several wordings the first by letter stands for all (core.wording).
with asked as (
    select
        wording.experiment,
        wording.host_no,
        question.* exclude (text, system_prompt),
        wording.text,
        wording.system_prompt
    from raw.question as question
    join core.evaluation as evaluation using (shard, evaluation_key)
    join core.wording as wording
        on wording.experiment = evaluation.experiment
        and wording.text = question.text
        and wording.system_prompt is not distinct from question.system_prompt
)

select
    row_number() over (
        order by experiment, min(question_key), min(text), min(system_prompt), host_no
    ) as question_no,
    left(md5(concat_ws(chr(31), experiment, min(text), min(system_prompt))), 12) as question_id,
    experiment,
    host_no,
    min(text) as text,
    min(system_prompt) as system_prompt,
    min(name) as name,
    string_agg(distinct question_group, ', ' order by question_group) as question_group,
    coalesce(bool_or(in_domain), false) as in_domain,
    count(distinct (text, system_prompt)) as wordings
from asked
group by experiment, host_no
