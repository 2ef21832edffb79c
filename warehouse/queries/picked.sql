-- One row per sample whose answer has one of these hashes: where a picked answer stands now.
select
    sample.sample_key,
    sample.answer_hash,
    told.study,
    told.experiment,
    told.model,
    told.dataset,
    told.intervention,
    told.eval_intervention,
    question.text as question_text,
    source.path
from core.sample as sample
join core.told as told using (evaluation_no)
join core.question as question using (question_no)
join core.source as source using (source_no)
where sample.answer_hash in (select unnest($hashes::bigint[]))
order by sample.sample_no
