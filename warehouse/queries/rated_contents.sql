-- One row per wording and answer asked for by the answer's hash: a sample that holds it, and its shard.
select
    left(md5(wording.text), 16) as question_hash,
    sample.answer_hash,
    min(sample.sample_key) as sample_key,
    arg_min(question.text, sample.sample_key) as question_text,
    arg_min(told.eval_text, sample.sample_key) as eval_text,
    arg_min(source.shard, sample.sample_key) as shard
from core.sample as sample
join core.question as question using (question_no)
join core.wording as wording
    on wording.experiment = question.experiment and wording.host_no = question.host_no
join core.told as told using (evaluation_no)
join core.source as source using (source_no)
where sample.answer_hash in (select unnest($hashes::bigint[])) and sample.status = 'answered'
group by all
