-- One row per wording in which a question was asked, and the question it stands for.
-- Key: experiment, text, system_prompt
-- Wordings are one question where they are equal but for white space, what has no width, line ends and how
-- Unicode composes letters (NFC, which equates what looks the same; NFKC would take x² for x2). So
-- are those of one study that have one id, where each of its evaluations asked at most one of them.
-- An id that stands for several wordings in an evaluation is the name of a group and tells nothing.
with worded as (
    select distinct evaluation.experiment, question.text, question.system_prompt
    from raw.question as question
    join core.evaluation as evaluation using (shard, evaluation_key)
),

spelled as (
    select
        *,
        dense_rank() over (order by experiment, spelling, told) as spelling_no
    from (
        select
            *,
            trim(regexp_replace(
                regexp_replace(nfc_normalize(text), '[\x{200B}\x{2060}\x{FEFF}]', '', 'g'),
                '[\s\p{Z}\x{85}]+', ' ', 'g'
            )) as spelling,
            trim(regexp_replace(
                regexp_replace(nfc_normalize(system_prompt), '[\x{200B}\x{2060}\x{FEFF}]', '', 'g'),
                '[\s\p{Z}\x{85}]+', ' ', 'g'
            )) as told
        from worded
    )
),

asked as (
    select distinct
        evaluation.evaluation_no,
        evaluation.study,
        evaluation.experiment,
        nullif(trim(question.name), '') as id,
        spelled.told,
        spelled.spelling_no
    from raw.question as question
    join core.evaluation as evaluation using (shard, evaluation_key)
    join spelled
        on spelled.experiment = evaluation.experiment
        and spelled.text = question.text
        and spelled.system_prompt is not distinct from question.system_prompt
),

-- The spellings that one id stands for in a study, one in each evaluation.
identified as (
    select distinct study, experiment, told, id, spelling_no
    from (
        select *
        from asked
        where id is not null
        window same as (partition by evaluation_no, told, id)
        qualify min(spelling_no) over same = max(spelling_no) over same
    )
),

numbered as (
    select
        *,
        dense_rank() over (order by study, experiment, told, id) as id_no,
        min(spelling_no) over (partition by study, experiment, told, id) as host_no
    from identified
),

-- The ids of which one evaluation asked several spellings, under this id or another one.
torn as (
    select numbered.id_no
    from numbered
    join asked using (study, experiment, spelling_no)
    group by numbered.id_no, asked.evaluation_no
    having count(distinct numbered.spelling_no) > 1
),

meant as (
    select spelling_no, host_no
    from numbered
    where id_no not in (select id_no from torn)
),

hosted as (
    select spelling_no, min(host_no) as host_no
    from meant
    group by spelling_no
)

select
    spelled.experiment,
    spelled.text,
    spelled.system_prompt,
    coalesce(further.host_no, hosted.host_no, spelled.spelling_no) as host_no
from spelled
left join hosted using (spelling_no)
left join hosted as further on further.spelling_no = hosted.host_no
