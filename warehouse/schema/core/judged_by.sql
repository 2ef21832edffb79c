-- One row per judge and criterion that an evaluation used, and the judge whose coherence goes with it.
-- Key: judged_no
-- Coherence is the same judge's where it judged it, else the only judge's who did, else absent.
with used as (
    select distinct evaluation_no, criterion_no, judge_no
    from core.judgement
),

coherence as (
    select
        used.evaluation_no,
        used.judge_no,
        count(*) over (partition by used.evaluation_no) as judges
    from used
    join core.criterion as criterion using (criterion_no)
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
        on only_one.evaluation_no = used.evaluation_no and only_one.judges = 1
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
