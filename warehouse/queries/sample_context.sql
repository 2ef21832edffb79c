-- One row per sample asked for: all that is known of it but its text.
select
    sample.sample_key,
    told.* exclude (evaluation_no),
    question.question_id as question,
    question.name as question_name,
    question.text as question_text,
    question.system_prompt,
    question.question_group,
    question.in_domain,
    sample.sample_index,
    sample.source_row,
    sample.status::varchar as status,
    sample.answer_chars,
    sample.answered_by,
    source.path,
    source.importer,
    source.title,
    source.imported_at,
    source.sha256,
    source.shard
from core.sample as sample
join core.told as told using (evaluation_no)
join core.question as question using (question_no)
join core.source as source using (source_no)
where sample.sample_key in (select unnest($keys::bigint[]))
