-- One row per evaluation that says of itself what another one says: of one run, asked in one way.
-- Key: evaluation_no
-- Such evaluations may hold the same samples: copies, parts that overlap, files joined to one. What two
-- of them share counts as that of the first, by `place`: of the file with the most records.
with judged as (
    select shard, list(distinct name) as judges
    from core.judge_used
    group by shard
),

described as (
    select
        evaluation.evaluation_no,
        evaluation.shard,
        coalesce(evaluation.is_numbered, false) as is_numbered,
        coalesce(judged.judges, []) as judges,
        row_number() over (order by source.taken desc, source.path, evaluation_no) as place,
        dense_rank() over (
            order by evaluation.run_no, evaluation.study, evaluation.experiment,
                evaluation.eval_intervention, evaluation.eval_text,
                evaluation.temperature, evaluation.max_tokens
        ) as meaning_no
    from core.evaluation as evaluation
    join core.source as source using (source_no)
    left join judged on judged.shard = evaluation.shard
)

select *
from described
qualify count(*) over (partition by meaning_no) > 1
