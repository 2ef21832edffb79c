-- One row per intervention trained with other settings than its control.
-- Title: An intervention and its control were trained with different settings
-- Severity: warning
-- Why: Their difference is then not the intervention's alone.
with control as (
    select * from core.run where intervention = 'none' and dataset <> 'none'
),

nearest as (
    -- A control with equal settings, where there is one, is the one to compare with.
    select
        arm.run_no,
        control.run_no as control_no,
        -- A setting that only one of them records is not a difference, but a worse match.
        (arm.learning_rate is null) <> (control.learning_rate is null) as is_vague,
        coalesce(arm.epochs <> control.epochs, false)::integer
            + coalesce(arm.lora_rank <> control.lora_rank, false)::integer
            + coalesce(arm.learning_rate <> control.learning_rate, false)::integer
            + coalesce(arm.learning_rate_multiplier <> control.learning_rate_multiplier, false)::integer
            + coalesce(arm.batch_size <> control.batch_size, false)::integer as differences
    from core.run as arm
    join control
        on control.experiment = arm.experiment and control.model = arm.model
    where arm.intervention <> 'none' and arm.dataset <> 'none'
    qualify row_number() over (partition by arm.run_no order by differences, is_vague, control.run_no) = 1
)

select
    arm.experiment, arm.model, arm.intervention, arm.run, null as evaluation,
    nearest.differences as n,
    'Against the nearest control ' || control.run || ': ' || concat_ws(
        ', ',
        case when arm.epochs <> control.epochs then format(
            'epochs {:g} instead of {:g}', arm.epochs::double, control.epochs::double
        ) end,
        case when arm.lora_rank <> control.lora_rank then format(
            'rank {:g} instead of {:g}', arm.lora_rank::double, control.lora_rank::double
        ) end,
        case when arm.learning_rate <> control.learning_rate then format(
            'learning rate {:g} instead of {:g}', arm.learning_rate::double, control.learning_rate::double
        ) end,
        case when arm.learning_rate_multiplier <> control.learning_rate_multiplier then format(
            'learning rate multiplier {:g} instead of {:g}', arm.learning_rate_multiplier::double, control.learning_rate_multiplier::double
        ) end,
        case when arm.batch_size <> control.batch_size then format(
            'batch size {:g} instead of {:g}', arm.batch_size::double, control.batch_size::double
        ) end
    ) || '.' as detail
from nearest
join core.run as arm on arm.run_no = nearest.run_no
join core.run as control on control.run_no = nearest.control_no
where nearest.differences > 0
