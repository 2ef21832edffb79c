-- One row per snapshot: when this snapshot was built, and what it holds.
select
    build.built_at,
    (select count(*) from core.source) as sources,
    (select count(*) from core.source where twin_of is null and importer <> '') as read_sources,
    (select count(*) from core.evaluation) as evaluations,
    (select count(*) from core.sample) as samples,
    (select count(*) from core.judgement) as judgements,
    (select count(*) from core.run) as runs,
    (select count(*) from core.refusal) as refusals
from core.build as build
