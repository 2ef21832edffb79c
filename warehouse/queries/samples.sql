-- One row per sample of a slice that meets the filters, a page at a time; `total` is how many there are.
with chosen as (
    select * from marts.chosen(
        $experiment, $model, $dataset, $intervention, $kind, $relevance, $placement,
        $eval_intervention, $run, $evaluation
    )
),

used as (
    select * from marts.used($judge) where evaluation_no in (select evaluation_no from chosen)
),

asked as (select * from marts.asked($question, $domain)),

classed as (
    select *
    from marts.classed($lines, (select list(judged_no) from used))
    where question_no in (select question_no from asked)
        and (len($trait) = 0 or list_contains($trait, trait))
),

met as (
    select sample_no
    from classed
    where case $only
            when 'planned' then true
            when 'answered' then is_answered
            when 'judged' then is_judged
            when 'counted' then is_counted
            when 'trait' then is_trait
            when 'no trait' then is_counted and not is_trait
            when 'incoherent' then is_incoherent
            when 'missing' then is_missing
            else class::varchar = $only
        end
        and (
            ($score_low is null and $score_high is null)
            or score between coalesce($score_low, 0) and coalesce($score_high, 100)
        )
        and ($keys is null or sample_no in (
            select sample_no from core.sample where sample_key in (select unnest($keys::bigint[]))
        ))
    group by sample_no
),

page as materialized (
    select sample_no
    from met
    order by sample_no
    limit $limit offset $offset
),

outcome as (
    select
        sample_no,
        bool_or(is_trait) as is_trait,
        bool_or(is_counted) as is_counted,
        string_agg(distinct class::varchar, ', ') as class,
        list(
            struct_pack(
                trait := trait,
                judge := judge,
                outcome := coalesce(label, round(score)::integer::varchar, class::varchar),
                is_trait := is_trait,
                is_counted := is_counted
            )
            order by trait, judge
        ) as outcomes,
        any_value(coherence) as coherence
    from classed
    join used using (judged_no)
    where sample_no in (select sample_no from page)
    group by sample_no
)

select
    sample.sample_key,
    chosen.* exclude (evaluation_no, source_no, run_no),
    asked.question,
    asked.question_name,
    sample.sample_index,
    sample.status::varchar as status,
    outcome.* exclude (sample_no),
    sample.answer_chars,
    (select count(*) from met) as total
from outcome
join core.sample as sample using (sample_no)
join chosen using (evaluation_no)
join asked using (question_no)
order by sample_no
