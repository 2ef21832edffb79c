-- One row per list that holds the sample: its place there, and the samples before and after it.
with around as (select sample_no from core.sample where sample_key = $around),

placed as (
    select
        max(listed.sample_no) filter (listed.sample_no < around.sample_no) as previous_no,
        min(listed.sample_no) filter (listed.sample_no > around.sample_no) as next_no,
        count(*) filter (listed.looks = 1 and listed.sample_no <= around.sample_no)
            + count(distinct case
                when listed.looks > 1 and listed.sample_no <= around.sample_no
                    then listed.sample_no
            end) as place,
        bool_or(listed.sample_no = around.sample_no) as is_there
    from marts.listed($lines, $slice, $only, $score_low, $score_high, $among) as listed
    cross join around
    where listed.is_listed
)

select
    (select sample_key from core.sample where sample_no = placed.previous_no) as previous_key,
    (select sample_key from core.sample where sample_no = placed.next_no) as next_key,
    placed.place
from placed
where placed.is_there
