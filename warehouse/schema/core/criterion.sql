-- One row per criterion that any judge was asked about.
-- Key: criterion_no
select
    row_number() over (order by criterion) as criterion_no,
    criterion
from (
    select criterion from raw.judgement
    union
    select criterion from core.rating
)
