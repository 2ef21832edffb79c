-- One row per rate that a file states without the answers behind it.
select path, about, metric, value, n, judge
from core.reported
order by path, about, metric
