-- One row per evaluation in which conditions may be mixed: the columns that nobody declared.
-- Key: evaluation_no
select
    evaluation.evaluation_no,
    string_agg(
        told.column_name || ' (' || array_to_string(told.shown, ', ') || ')',
        '; ' order by told.column_name
    ) as mixed
from raw.mixed as told
join core.evaluation as evaluation using (shard, evaluation_key)
group by evaluation.evaluation_no
