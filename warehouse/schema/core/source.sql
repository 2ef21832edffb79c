-- One row per file that paths stand for now, as one importer read it.
-- Key: source_no
select
    row_number() over (order by path, shard) as source_no,
    shard,
    path,
    sha256,
    importer,
    title,
    imported_at,
    bytes,
    taken,
    refused,
    refused_file,
    twin_of,
    -- Results of one tree belong together: what lies above its "results" folder tells trees apart,
    -- and where there is none, the folder that was imported, or (an older version kept none) what lies
    -- above the four folders that are read.
    case
        when path like '%/results/%' then regexp_extract(path, '^(.*)/results/', 1)
        when root is not null then root
        else regexp_extract(path, '^(.*?)(/[^/]*){1,5}$', 1)
    end as tree,
    regexp_extract(path, '^(.*)/[^/]*$', 1) as directory
from raw.source
