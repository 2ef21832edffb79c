-- One row per sample of a slice on whose trait two judges that judged and count it disagree.
-- A rule may count what a judge never saw as a negative; that is no verdict to disagree with.
with judged as (
    select sample_no
    from marts.listed($lines, $slice, 'counted', null, null, null)
    where is_listed and is_judged
    group by sample_no, trait
    having bool_or(is_trait) and not bool_and(is_trait)
)

select sample.sample_key
from core.sample as sample
where sample.sample_no in (select sample_no from judged)
order by sample.sample_key
