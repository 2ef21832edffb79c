-- One row per what each macro says, but for this one: whether a dimension of a slice lets a value pass.
-- An empty list leaves the dimension whole.
create macro marts.passes(wanted, value) as len(wanted) = 0 or list_contains(wanted, value);

-- Whether a label is among others, however they are written.
create macro marts.names(labels, label) as
    list_contains(list_transform(labels, lambda told: lower(trim(told))), lower(trim(label)));

-- One row per tally of a slice, which is a struct of its dimensions (warehouse/counting.py).
create macro marts.chosen(slice) as table
select *
from marts.tally
where marts.passes(slice['study'], study)
    and marts.passes(slice['experiment'], experiment)
    and marts.passes(slice['model'], model)
    and marts.passes(slice['dataset'], dataset)
    and marts.passes(slice['intervention'], intervention)
    and marts.passes(slice['kind'], kind)
    and marts.passes(slice['relevance'], relevance)
    and marts.passes(slice['placement'], placement)
    and marts.passes(slice['eval_intervention'], eval_intervention)
    and marts.passes(slice['run'], run)
    and marts.passes(slice['evaluation'], evaluation)
    and marts.passes(slice['judge'], judge)
    and marts.passes(slice['question'], question)
    and case slice['domain']
        when 'outside' then not in_domain when 'inside' then in_domain else true
    end;

-- One row per line of a rule: what it says of one trait of an experiment.
-- `lines` is a JSON list of them (warehouse/counting.py).
-- A score shows the trait from `floor` up to, not including, `ceiling`; so does a coherence pass.
create macro marts.line(lines, slice) as table
select *
from (
    select generate_subscripts(from_json(lines, '["JSON"]'), 1) as line_no, unnest(from_json(lines, '[{
        "experiment": "VARCHAR", "studies": ["VARCHAR"], "trait": "VARCHAR", "criterion": "VARCHAR",
        "labels": ["VARCHAR"], "floor": "DOUBLE", "ceiling": "DOUBLE",
        "excludes_refusal": "BOOLEAN", "excludes_code": "BOOLEAN", "excludes_unparsed": "BOOLEAN",
        "excludes_missing": "BOOLEAN", "excludes_unanswered": "BOOLEAN",
        "excludes_broken_off": "BOOLEAN",
        "coherence_floor": "DOUBLE", "coherence_absent": "VARCHAR",
        "coherence_missing": "VARCHAR", "coherence_failing": "VARCHAR"
    }]'), recursive := true)
)
where marts.passes(slice['trait'], trait);

-- One row per tally of a slice and line of a rule that speaks of it.
-- `looks` is how often the samples of its evaluation and question are looked at.
create macro marts.asked(lines, slice) as table
select
    tally.tally_no,
    tally.evaluation_no,
    tally.question_no,
    tally.n_planned,
    count(*) over (partition by tally.evaluation_no, tally.question_no) as looks,
    line.line_no,
    line.floor,
    line.ceiling,
    line.coherence_floor
from marts.chosen(slice) as tally
join marts.line(lines, slice) as line
    on line.experiment = tally.experiment
    and (line.studies is null or list_contains(line.studies, tally.study))
    and (tally.criterion is null or tally.criterion = line.criterion);

-- One row per sample, criterion, judge and line of a rule: on which side of its cuts the sample is.
create macro marts.placed(lines, slice) as table
select
    asked.line_no,
    asked.evaluation_no,
    asked.looks,
    outcome.tally_no,
    outcome.sample_no,
    outcome.state_no,
    outcome.score,
    outcome.coherence,
    coalesce(outcome.score >= asked.floor and outcome.score < asked.ceiling, false) as in_range,
    coalesce(outcome.coherence >= asked.coherence_floor, false) as passes
from marts.asked(lines, slice) as asked
join marts.outcome as outcome using (tally_no);

-- One row per line of a rule, state and side of its cuts: whether such samples are counted, and show the trait.
-- `matter` is the first thing that tells a sample from a plain answer, `reason` the first for which
-- the rule leaves it out; without a reason it is counted. A broken-off answer is one with text.
create macro marts.fate(lines, slice) as table
with weighed as (
    select
        line.line_no,
        line.trait,
        state.*,
        side.*,
        case state.class
            when 'scored' then null
            when 'missing' then 'unjudged'
            when 'unanswered' then case state.ending
                when 'error' then 'failed' when 'empty' then 'empty' else 'missing'
            end
            else state.class::varchar
        end as flaw,
        case state.class
            when 'scored' then false
            when 'refusal' then line.excludes_refusal
            when 'code' then line.excludes_code
            when 'unparsed' then line.excludes_unparsed
            when 'missing' then line.excludes_missing
            -- What no rule can count: nobody knows what such an answer, or such a score, says.
            when 'contested' then true
            when 'off_scale' then true
            else line.excludes_unanswered
        end as is_flaw_out,
        state.ending = 'broken off' as is_broken,
        state.ending = 'broken off' and line.excludes_broken_off as is_broken_out,
        state.class = 'scored' and case
            when line.labels is null then side.in_range
            else coalesce(marts.names(line.labels, state.label), false)
        end as shows,
        -- Whether the coherence lets samples be counted as they are, and if not, whether at all.
        line.coherence_floor is null or case state.coherence_state
            when 'scored' then side.passes
            when 'missing' then line.coherence_missing = 'keep'
            when 'off_scale' then false
            else line.coherence_absent = 'keep'
        end as is_kept,
        case state.coherence_state
            when 'scored' then line.coherence_failing
            when 'missing' then line.coherence_missing
            when 'off_scale' then 'exclude'
            else line.coherence_absent
        end = 'exclude' as is_dropped,
        case state.coherence_state
            when 'scored' then 'incoherent' when 'off_scale' then 'off_scale' else 'no_coherence'
        end as lack,
        -- Coherence is asked of those alone that nothing else leaves out.
        not is_flaw_out and not is_broken_out and not is_kept as is_lacking
    from marts.line(lines, slice) as line
    cross join marts.state as state
    cross join (
        values (true, true), (true, false), (false, true), (false, false)
    ) as side (in_range, passes)
),

reasoned as (
    select
        *,
        case
            when is_broken_out then 'broken_off'
            when is_flaw_out then flaw
            when is_lacking and is_dropped then lack
        end as reason,
        case when is_broken then 'broken_off' else coalesce(flaw, if(is_kept, null, lack)) end as matter
    from weighed
)

select
    line_no,
    state_no,
    in_range,
    passes,
    trait,
    class,
    ending,
    label,
    reason,
    matter,
    class <> 'unanswered' as is_answered,
    class <> 'unanswered' and class <> 'missing' as is_judged,
    is_lacking and lack = 'incoherent' as is_incoherent,
    class = 'unanswered' or class = 'missing' or (is_lacking and lack = 'no_coherence') as is_missing,
    class in ('unanswered', 'missing', 'unparsed', 'contested', 'off_scale')
        or (is_lacking and lack in ('no_coherence', 'off_scale')) or is_broken_out as is_unscored,
    reason is null as is_counted,
    reason is null and is_kept and shows as is_trait
from reasoned;

-- One row per tally, line of a rule and fate (state and side of its cuts): how many samples met it, and
-- what it says of them. Grouped before it is joined: few fates, many samples.
create macro marts.tallied(lines, slice) as table
select tally_no, n, fate.*
from (
    select tally_no, line_no, state_no, in_range, passes, count(*) as n
    from marts.placed(lines, slice)
    group by all
)
join marts.fate(lines, slice) as fate using (line_no, state_no, in_range, passes);

-- One row per sample, criterion, judge and line of a rule: what becomes of it, and whether a list has it.
-- `among` has a bit for each sample's number, set where it is one of those asked for (`Store.among`); it is
-- null where none were. A list of a million keys took the engine two seconds, and this takes it none.
create macro marts.listed(lines, slice, only_those, low, high, among) as table
select
    placed.*,
    fate.* exclude (line_no, state_no, in_range, passes),
    case only_those
        when 'planned' then true
        when 'answered' then fate.is_answered
        when 'judged' then fate.is_judged
        when 'counted' then fate.is_counted
        when 'trait' then fate.is_trait
        when 'no trait' then fate.is_counted and not fate.is_trait
        when 'incoherent' then fate.is_incoherent
        when 'missing' then fate.is_missing
        when 'left out' then not fate.is_counted
        when 'broken off' then fate.ending = 'broken off'
        when 'failed' then fate.ending = 'error'
        when 'empty' then fate.ending = 'empty'
        when 'not there' then fate.ending = 'missing'
        else fate.class::varchar = only_those
    end
    and (
        (low is null and high is null)
        or placed.score between coalesce(low, 0) and coalesce(high, 100)
    )
    and (among is null or case
        when placed.sample_no < bit_length(among::bit)
            then get_bit(among::bit, placed.sample_no) = 1
        else false
    end) as is_listed
from marts.placed(lines, slice) as placed
join marts.fate(lines, slice) as fate using (line_no, state_no, in_range, passes);
