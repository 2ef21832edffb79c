-- One row per log, configuration, note or training file that could not be joined to a run, and why.
select
    log.source_no,
    'training log' as what,
    case
        when log.model_id is null and log.folder is null
            then 'it prints no model id and names no folder'
        else 'no result or configuration has its model id, its folder or its tracker run'
    end as why
from core.training_log as log
where log.log_no not in (select log_no from core.log_run)
union all
select
    declaration.source_no,
    'run info',
    'there are no results beside it'
from core.declaration as declaration
where declaration.directory not in (select directory from core.evaluation)
union all
select
    training_set.source_no,
    'training data',
    'no configuration or log names this file'
from core.training_set as training_set
where training_set.data_file not in (
    select data_file from core.run where data_file is not null
    union
    select logged_data_file from core.run where logged_data_file is not null
)
