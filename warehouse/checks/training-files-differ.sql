-- One row per run whose log was made with another training file or suffix than its configuration.
-- Title: A log and its configuration name different training files
-- Severity: warning
-- Why: The configuration may not be the one the model was trained with.
select
    experiment, model, intervention, run, null as evaluation, 1 as n,
    format(
        'The log names {}, the configuration {}.', logged_data_file, configured_data_file
    ) as detail
from core.run
where logged_data_file <> configured_data_file
