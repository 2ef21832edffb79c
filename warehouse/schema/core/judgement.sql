-- One row per judgement: one judge's outcome for one sample on one criterion; the raw text stays in the lake.
-- Key: sample_key, criterion_no, judge_no
-- What several files hold, as the copies of a study do, is one judgement; where they hold two outcomes,
-- it is contested. One that failed gives way to one that did not. Ratings of people stand beside them.
with doubled as (
    select about.evaluation_no
    from core.judgement_source as about
    join core.judge_known as judge using (shard)
    group by about.evaluation_no, judge.judge_no
    having count(distinct about.shard) > 1
),

every as (
    select
        sample.evaluation_no,
        sample.question_no,
        criterion.criterion_no,
        judge.judge_no,
        judgement.sample_key,
        judgement.status::judgement_status as status,
        judgement.score,
        judgement.label,
        judgement.shard
    from raw.judgement as judgement
    join core.sample as sample using (sample_key)
    join core.criterion as criterion using (criterion)
    join core.judge_known as judge using (shard, judge_key)
    where judgement.shard not in (select shard from core.misplaced)
),

compared as (
    select
        *,
        status in ('missing', 'error') as is_failed,
        min((status, score, label)) filter (status not in ('missing', 'error')) over same
            <> max((status, score, label)) filter (status not in ('missing', 'error')) over same
            as is_contested
    from every
    where evaluation_no in (select evaluation_no from doubled)
    window same as (partition by sample_key, criterion_no, judge_no)
),

rated as (
    select
        rating.evaluation_no,
        rating.question_no,
        criterion.criterion_no,
        rater.judge_no,
        rating.sample_key,
        rating.status::judgement_status as status,
        rating.score,
        rating.label
    from core.rating as rating
    join core.criterion as criterion using (criterion)
    join core.rater as rater
        on rater.rater = rating.rater
        and rater.prompt_version is not distinct from rating.prompt_version
)

select * exclude (shard), false as is_contested
from every
where evaluation_no not in (select evaluation_no from doubled)
union all
select * exclude (shard, is_failed, is_contested), coalesce(is_contested, false)
from compared
qualify row_number() over (
    partition by sample_key, criterion_no, judge_no order by is_failed, shard
) = 1
union all
select rated.*, false as is_contested
from rated
