-- One row per judge and criterion that an evaluation used, and the judge whose coherence goes with it.
-- Key: judged_no
-- Coherence goes with other criteria and is none by itself.
-- It is the same judge's where it judged it, else the only judge's who did, else absent. What people
-- rated goes with their own ratings alone.
with judged as (
    select distinct evaluation_no, criterion_no, judge_no
    from core.judgement
),

used as (
    select judged.*
    from judged
    join core.criterion as criterion using (criterion_no)
    where criterion.criterion <> 'coherence'
),

coherence as (
    select
        judged.evaluation_no,
        judged.judge_no,
        rater.judge_no is null as is_shared,
        count(*) filter (rater.judge_no is null) over (partition by judged.evaluation_no) as judges
    from judged
    join core.criterion as criterion using (criterion_no)
    left join core.rater as rater on rater.judge_no = judged.judge_no
    where criterion.criterion = 'coherence'
),

every as (
    select
        used.evaluation_no,
        used.criterion_no,
        used.judge_no,
        coalesce(own.judge_no, only_one.judge_no) as coherence_judge_no
    from used
    left join coherence as own
        on own.evaluation_no = used.evaluation_no and own.judge_no = used.judge_no
    left join coherence as only_one
        on only_one.evaluation_no = used.evaluation_no
        and only_one.is_shared and only_one.judges = 1
    union all
    -- An evaluation nobody judged is still there to be counted as unjudged.
    select evaluation_no, null, null, null
    from core.evaluation
    where evaluation_no not in (select evaluation_no from used)
)

select
    (row_number() over (order by evaluation_no, criterion_no, judge_no))::integer as judged_no,
    *
from every
