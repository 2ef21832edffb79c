-- One row per sample, criterion and judge: what a rule needs to know to count it.
-- Key: judged_no, sample_no
-- A sample that was not judged on a criterion its evaluation used is here as missing.
-- `tally_no` stands for judged_no and question_no (marts.tally), `state_no` for class, ending, label
-- and coherence_state (marts.state).
with coherence as (
    select sample_key, criterion_no, judge_no, status, score
    from core.judgement
    where criterion_no = (select criterion_no from core.criterion where criterion = 'coherence')
),

outcome as (
    select
        used.judged_no,
        sample.question_no::integer as question_no,
        sample.sample_no,
        sample.ending,
        case
            when sample.status <> 'answered' then 'unanswered'
            when sample.is_contested or judgement.is_contested then 'contested'
            when judgement.status is null or judgement.status = 'error' then 'missing'
            when judgement.score is not null and doubt.evaluation_no is not null then 'off_scale'
            else judgement.status::varchar
        end::outcome_class as class,
        judgement.score,
        judgement.label,
        coherence.score as coherence,
        case
            when used.coherence_judge_no is null then 'absent'
            when coherence.status = 'scored' and coherence_doubt.evaluation_no is not null
                then 'off_scale'
            when coherence.status = 'scored' then 'scored'
            else 'missing'
        end::coherence_state as coherence_state
    from core.sample as sample
    join core.judged_by as used using (evaluation_no)
    left join core.judgement as judgement
        on judgement.sample_key = sample.sample_key
        and judgement.criterion_no = used.criterion_no
        and judgement.judge_no = used.judge_no
    left join core.scale_doubt as doubt
        on doubt.evaluation_no = used.evaluation_no
        and doubt.criterion_no = used.criterion_no
        and doubt.judge_no = used.judge_no
    left join coherence
        on coherence.sample_key = sample.sample_key
        and coherence.judge_no = used.coherence_judge_no
    left join core.scale_doubt as coherence_doubt
        on coherence_doubt.evaluation_no = used.evaluation_no
        and coherence_doubt.judge_no = used.coherence_judge_no
        and coherence_doubt.criterion_no = coherence.criterion_no
)

select
    *,
    (dense_rank() over (order by judged_no, question_no))::integer as tally_no,
    (dense_rank() over (order by class, ending, label, coherence_state))::integer as state_no
from outcome
order by tally_no
