-- One row per sample of evaluations that are alike, with all that tells whether another one is the same.
-- `row_no` is its place in its file, `judged` stands for what each judge said on each criterion, `times`
-- is how often its question got this answer in its file.
with judgement as (
    select
        judgement.shard,
        judgement.sample_key,
        list_sort(list(hash(
            judge.name, judge.kind, judge.prompt_version, judgement.criterion,
            judgement.status, judgement.score, judgement.label
        ))) as judged
    from raw.judgement as judgement
    join core.judge_used as judge using (shard, judge_key)
    where judgement.shard in (select shard from core.alike)
        and judgement.status not in ('missing', 'error')
    group by judgement.shard, judgement.sample_key
)

select
    alike.meaning_no,
    alike.evaluation_no,
    alike.is_numbered,
    alike.judges,
    sample.shard,
    sample.sample_key,
    asked.question_no,
    sample.sample_index,
    row_number() over (
        partition by alike.evaluation_no order by sample.source_row, sample.sample_key
    ) as row_no,
    sample.status = 'answered' as is_answered,
    sample.answer_hash,
    sample.answer_chars,
    judgement.judged,
    count(*) over (
        partition by alike.evaluation_no, asked.question_no, sample.answer_hash
    ) as times
from raw.sample as sample
join core.question_asked as asked using (shard, evaluation_key, question_key)
join core.alike as alike using (evaluation_no)
left join judgement using (shard, sample_key)
left join raw.repeat as own
    on own.shard = sample.shard and own.sample_key = sample.sample_key
where sample.shard in (select shard from core.alike) and own.is_copy is distinct from true
