-- One row per trait of an experiment that was loaded.
select *
from core.trait
order by experiment, trait
