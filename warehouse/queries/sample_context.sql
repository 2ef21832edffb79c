-- One row per sample asked for: all that is known of it but its text.
select
    sample.sample_key,
    told.* exclude (evaluation_no),
    trained.text as trained_text,
    given.relevance as eval_relevance,
    given.placement as eval_placement,
    given.text as eval_described,
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
join core.intervention as trained
    on trained.study = told.study
    and trained.experiment = told.experiment
    and trained.intervention = told.intervention
join core.intervention as given
    on given.study = told.study
    and given.experiment = told.experiment
    and given.intervention = told.eval_intervention
join core.question as question using (question_no)
join core.source as source using (source_no)
where sample.sample_key in (select unnest($keys::bigint[]))
