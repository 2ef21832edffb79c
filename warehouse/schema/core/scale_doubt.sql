-- One row per evaluation, judge and criterion whose scores are on a scale that nobody told.
-- Key: evaluation_no, judge_no, criterion_no
-- Scores are taken to be from 0 to 100. Where all the scores of a study's judge on a criterion, over
-- its evaluations and from ten on (as many as a result needs), lie in a range that people use as a
-- whole scale, they may be on that one; what a source tells settles it. One extreme arm among others
-- is no such case. A single score that all have is one only where a judge asked for 0 to 100 would
-- hardly give it. Scores below 0 were refused, and say that the scale has them.
with settled as (
    select distinct judged.evaluation_no, criterion.criterion_no
    from raw.scale as scale
    join core.judgement_source as judged using (shard)
    join core.criterion as criterion using (criterion)
),

scored as (
    select evaluation_no, judge_no, criterion_no, count(*) as n, min(score) as low, max(score) as high
    from core.judgement
    where score is not null
        -- A rater was asked for 0 to 100.
        and judge_no not in (select judge_no from core.rater)
    group by evaluation_no, judge_no, criterion_no
),

below as (
    select
        judged.evaluation_no,
        count(*) as n,
        min(cast(regexp_extract(refusal.reason, ' is (-[0-9]+([.][0-9]+)?), ', 1) as double)) as low
    from core.refusal as refusal
    join core.source as source using (source_no)
    join core.judgement_source as judged using (shard)
    where regexp_matches(refusal.reason, ' is -[0-9]+([.][0-9]+)?, outside 0–100$')
    group by judged.evaluation_no
),

studied as (
    select
        scored.evaluation_no,
        scored.judge_no,
        scored.criterion_no,
        evaluation.study,
        sum(scored.n + coalesce(below.n, 0)) over same as n,
        min(least(scored.low, coalesce(below.low, scored.low))) over same as low,
        max(scored.high) over same as high
    from scored
    -- Beside scores that go further up, one below 0 is a fault.
    left join below on below.evaluation_no = scored.evaluation_no and below.low >= -2 and scored.high <= 2
    join core.evaluation as evaluation on evaluation.evaluation_no = scored.evaluation_no
    anti join settled
        on settled.evaluation_no = scored.evaluation_no and settled.criterion_no = scored.criterion_no
    window same as (partition by evaluation.study, scored.judge_no, scored.criterion_no)
),

placed as (
    select
        *,
        case
            when low >= 0 and high <= 1 then '0 to 1'
            when low >= 0 and high <= 3 then '0 to 3'
            when low >= 1 and high <= 5 then '1 to 5'
            when low >= 1 and high <= 10 then '1 to 10'
            when low >= 0 and high <= 5 then '0 to 5'
            when low >= 0 and high <= 10 then '0 to 10'
            when low >= -2 and high <= 2 then '-2 to 2'
        end as likely_scale
    from studied
    where n >= 10 and (low < high or (low > 0 and low <= 5))
)

select *
from placed
where likely_scale is not null
