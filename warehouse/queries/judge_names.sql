-- One row per judge, as it is called in data, with its name and the version of its prompt.
select distinct judge, name, prompt_version
from core.judge
order by judge
