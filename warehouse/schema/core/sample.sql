-- One row per planned sample; its text stays in the lake.
-- Key: sample_key
-- Samples are numbered in the order in which they are listed.
-- What its source holds twice to the letter, or another file too, is one sample; what is there in two
-- versions is contested.
-- `ending` says what there is of an answer. One that ended for a reason that is not known to be an
-- end of its own is broken off, but for one that reached its cap where only beginnings are measured.
-- A key that two evaluations have is a sample's once, or its evaluation is left out (core.collision).
with version as (
    select collision.sample_key
    from core.collision as collision
    left join core.repeat as repeat using (shard, sample_key, evaluation_no)
    where collision.is_version and repeat.is_copy is distinct from true
        and (collision.sample_key, collision.of_evaluation_no) not in (
            select sample_key, evaluation_no from core.repeat where is_copy
        )
),

left_out as (
    select evaluation_no from core.collision where not is_version
)

select
    (row_number() over (
        order by asked.evaluation_no, asked.question_no, sample.sample_index, sample.source_row,
            sample.sample_key
    ))::integer as sample_no,
    sample.sample_key,
    asked.evaluation_no,
    asked.question_no,
    sample.sample_index,
    sample.source_row,
    sample.status::sample_status as status,
    case
        when sample.status <> 'answered' then sample.status
        when sample.finish_reason is null or lower(trim(sample.finish_reason)) in (
            '', 'stop', 'stop_sequence', 'end_turn', 'end', 'eos', 'eos_token', 'end_of_text',
            'complete', 'completed', 'finished', 'done', 'refusal',
            'tool_calls', 'tool_use', 'function_call'
        ) then 'whole'
        when evaluation.beginning
            and lower(trim(sample.finish_reason)) in ('length', 'max_tokens', 'max_output_tokens')
            then 'whole'
        else 'broken off'
    end::sample_ending as ending,
    own.sample_key is not null or repeat.sample_key is not null
        or sample.sample_key in (select sample_key from version) as is_contested,
    sample.thoughts is not null as has_thoughts,
    sample.answer_chars,
    sample.answer_hash,
    sample.answer_fault,
    sample.answered_by
from raw.sample as sample
join core.question_asked as asked using (shard, evaluation_key, question_key)
join core.evaluation as evaluation using (evaluation_no)
left join raw.repeat as own
    on own.shard = sample.shard and own.sample_key = sample.sample_key
left join core.repeat as repeat
    on repeat.shard = sample.shard
    and repeat.sample_key = sample.sample_key
    and repeat.evaluation_no = asked.evaluation_no
where own.is_copy is distinct from true and repeat.is_copy is distinct from true
    and asked.evaluation_no not in (select evaluation_no from left_out)
    and not exists (
        select 1
        from core.collision as collision
        join version using (sample_key)
        where collision.shard = sample.shard and collision.sample_key = sample.sample_key
    )
order by sample_no
