-- One row per rating of the samples asked for: who rated it, what was found, and the note beside it.
select
    rating.sample_key,
    rating.criterion,
    judge.judge,
    judge.kind,
    rating.status,
    rating.score,
    rating.label,
    rating.note as raw,
    null::varchar as thoughts
from core.rating as rating
join core.rater as rater
    on rater.rater = rating.rater and rater.prompt_version is not distinct from rating.prompt_version
join core.judge as judge using (judge_no)
where rating.sample_key in (select unnest($keys::bigint[]))
order by rating.sample_key, rating.criterion, judge.judge
