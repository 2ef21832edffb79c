-- One row per sample of a slice that meets the filters, a page at a time, with the shard its text lies in.
-- The slice names the evaluations that the page's samples belong to; `offset` counts from their first.
with listed as (
    select * from marts.listed($lines, $slice, $only, $score_low, $score_high, $among)
),

page as materialized (
    select distinct sample_no
    from listed
    where is_listed
    order by sample_no
    limit $limit offset $offset
),

outcome as (
    select
        sample_no,
        bool_or(is_trait) as is_trait,
        bool_or(is_counted) as is_counted,
        string_agg(distinct class::varchar, ', ' order by class::varchar) as class,
        list(
            struct_pack(
                trait := trait,
                judge := judge,
                criterion := tally.criterion,
                outcome := coalesce(label, round(score)::integer::varchar, class::varchar),
                is_score := label is null and score is not null,
                is_trait := is_trait,
                is_counted := is_counted
            )
            order by trait, judge, tally.criterion
        ) as outcomes,
        any_value(coherence order by trait, judge, tally.criterion) as coherence
    from listed
    join marts.tally as tally using (tally_no)
    where sample_no in (select sample_no from page)
    group by sample_no
)

select
    sample.sample_key,
    told.* exclude (evaluation_no, source_no, run_no),
    question.question_id as question,
    question.text as question_text,
    sample.sample_index,
    sample.status::varchar as status,
    outcome.* exclude (sample_no),
    sample.answer_chars,
    source.shard
from outcome
join core.sample as sample using (sample_no)
join core.told as told using (evaluation_no)
join core.question as question using (question_no)
join core.source as source using (source_no)
order by sample_no
