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

met as (
    select
        sample_key,
        any_value(question_no) as question_no,
        bool_or(is_trait) as is_trait,
        bool_or(is_counted) as is_counted,
        max(class) as class,
        string_agg(distinct coalesce(label, round(score)::integer::varchar, class::varchar), ', ')
            as outcome,
        any_value(coherence) as coherence
    from marts.classed($lines)
    where judged_no in (select judged_no from used)
        and question_no in (select question_no from asked)
        and (len($trait) = 0 or list_contains($trait, trait))
        and case $only
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
    group by sample_key
),

found as (
    select met.*, sample.evaluation_no, sample.sample_index, sample.source_row, sample.status,
        sample.answer_chars
    from met
    join core.sample as sample using (sample_key)
    where $keys is null or sample_key in (select unnest($keys::bigint[]))
)

select
    found.sample_key,
    chosen.* exclude (evaluation_no, source_no, run_no),
    asked.question,
    asked.question_name,
    found.sample_index,
    found.status::varchar as status,
    found.class::varchar as class,
    found.outcome,
    found.is_trait,
    found.is_counted,
    found.coherence,
    found.answer_chars,
    count(*) over () as total
from found
join chosen using (evaluation_no)
join asked using (question_no)
order by found.evaluation_no, found.question_no, found.sample_index, found.source_row, found.sample_key
limit $limit offset $offset
