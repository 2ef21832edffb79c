-- One row per study that results come from: what tells it from the others, and what it is called.
-- Key: study_key
-- A study is told by its own id, else by the name its authors give it, else by the folder it lies in.
-- A folder whose results all lie in another one too, to the letter, is a copy and no study of its own:
-- `host_key` is then the other's.
with told as (
    select distinct
        coalesce('id:' || evaluation.study_id, 'name:' || evaluation.study, 'tree:' || source.tree)
            as study_key,
        evaluation.study is null as is_folder,
        evaluation.study_id,
        coalesce(evaluation.study, source.tree) as called,
        source.sha256,
        evaluation.evaluation_key
    from raw.evaluation as evaluation
    join core.source as source using (shard)
),

size as (
    select study_key, count(*) as n
    from told
    where is_folder
    group by study_key
),

shared as (
    select one.study_key, other.study_key as host_key, count(*) as n
    from told as one
    join told as other using (sha256, evaluation_key)
    where one.is_folder and other.is_folder and one.study_key <> other.study_key
    group by one.study_key, other.study_key
),

copy as (
    select shared.study_key, shared.host_key
    from shared
    join size as own on own.study_key = shared.study_key and own.n = shared.n
    join size as host on host.study_key = shared.host_key
    where host.n > own.n or shared.host_key < shared.study_key
    qualify row_number() over (
        partition by shared.study_key order by host.n desc, shared.host_key
    ) = 1
),

-- A folder is called by its last name, or by as many as tell it from others; one of a usual name by two.
spelled as (
    select
        study_key,
        length,
        regexp_extract(called, '([^/]*/){' || (length - 1) || '}[^/]*$', 0) as spelling
    from (
        select distinct
            study_key,
            called,
            regexp_extract(called, '[^/]*$', 0) as name,
            length(called) - length(replace(called, '/', '')) + 1 as names
        from told
        where is_folder and study_key not in (select study_key from copy)
    )
    cross join (
        values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)
    ) as step (length)
    where length <= names
        and (length > 1 or lower(name) not in (
            'sft', 'src', 'data', 'eval', 'evals', 'evaluation', 'experiments', 'outputs', 'runs'
        ))
    union all
    select distinct study_key, 1, called
    from told
    where not is_folder
    union all
    select distinct study_key, 2, called || ' · ' || left(study_id, 6)
    from told
    where study_id is not null
),

named as (
    select
        study_key,
        arg_min(spelling, (length, spelling)) filter (is_own) as own,
        arg_max(spelling, (length, spelling)) as longest
    from (
        select *, count(*) over (partition by spelling) = 1 as is_own
        from spelled
    )
    group by study_key
)

select
    told.study_key,
    coalesce(copy.host_key, told.study_key) as host_key,
    coalesce(nullif(coalesce(named.own, named.longest), ''), 'unnamed') as study
from (select distinct study_key from told) as told
left join copy using (study_key)
left join named on named.study_key = coalesce(copy.host_key, told.study_key)
