-- One row per judge: who judged, and under which version of the prompt.
-- Key: judge_no
select
    row_number() over (order by name, kind, prompt_version) as judge_no,
    name || coalesce(' · ' || prompt_version, '') as judge,
    name,
    kind,
    prompt_version
from (
    select name, kind, prompt_version from core.judge_used
    union
    select rater, 'human', prompt_version from core.rating
)
