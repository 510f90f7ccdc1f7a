{#
    How much of what was due in a period was put off beyond it: of the deals open and due when the period began, and,
    as a variant, with those that were created in it and due in it. What the history does not reach is empty. A view: it
    only puts side by side what lies in other tables.
#}

{{ config(materialized='view') }}

with born as (
    -- deals created after the period began and due in it at some time since
    select
        paired.period_kind,
        paired.period_start_date,
        scopes.scope_kind,
        scopes.scope_id,
        count(*) as due_count,
        sum(paired.begin_amount) as due_amount,
        sum(case when paired.is_open and not paired.is_due and not paired.is_due_earlier then 1 else 0 end)
            as slipped_count,
        sum(
            case
                when paired.is_open and not paired.is_due and not paired.is_due_earlier
                    then paired.begin_amount
                else 0
            end
        ) as slipped_amount
    from {{ ref('int_due_deals_paired') }} as paired
    inner join {{ ref('int_scopes_membered') }} as scopes on paired.begin_owner_id = scopes.owner_id
    where not paired.was_there
    group by paired.period_kind, paired.period_start_date, scopes.scope_kind, scopes.scope_id
),

pushed as (
    -- of all periods, also of those that fct_kpis no longer keeps
    select
        scopes.scope_kind,
        scopes.scope_id,
        told.period_kind,
        told.period_start_date,
        case when told.is_whole_known then coalesce(sums.push_count, 0) end as push_count,
        case when told.is_whole_known then coalesce(sums.push_days, 0) end as push_days
    from {{ ref('int_periods_told') }} as told
    inner join {{ ref('int_scopes_numbered') }} as scopes
        on told.period_end_date >= scopes.first_date
    left join {{ ref('int_kpis_measured') }} as sums
        on
            told.told_number = sums.told_number
            and scopes.scope_number = sums.scope_number
    where not told.is_to_same_day and told.period_kind in ('week', 'month', 'quarter')
),

counted as (
    select
        falls.*,
        pushed.push_count,
        pushed.push_days,
        cast(round(falls.slip_value_rate * cast(falls.opening_amount as double), 2) as decimal(18, 2))
            as slipped_amount,
        case when falls.unknown_reason is null then coalesce(born.due_count, 0) end as created_due_count,
        case when falls.unknown_reason is null then coalesce(born.due_amount, 0) end as created_due_amount,
        case when falls.unknown_reason is null then coalesce(born.slipped_count, 0) end
            as created_slipped_count,
        case when falls.unknown_reason is null then coalesce(born.slipped_amount, 0) end
            as created_slipped_amount
    from {{ ref('rpt_pipeline_waterfall') }} as falls
    left join born
        on
            falls.scope_kind = born.scope_kind
            and falls.scope_id = born.scope_id
            and falls.period_kind = born.period_kind
            and falls.period_start_date = born.period_start_date
    left join pushed
        on
            falls.scope_kind = pushed.scope_kind
            and falls.scope_id = pushed.scope_id
            and falls.period_kind = pushed.period_kind
            and falls.period_start_date = pushed.period_start_date
)

select
    scope_kind,
    scope_id,
    scope_name,
    period_kind,
    period_start_date,
    period_label,
    opening_count as due_count,
    opening_amount as due_amount,
    slipped_count,
    case when unknown_reason is null then coalesce(slipped_amount, 0) end as slipped_amount,
    slip_rate,
    slip_value_rate,
    cast(created_due_count as bigint) as created_due_count,
    cast(created_slipped_count as bigint) as created_slipped_count,
    cast(slipped_count + created_slipped_count as double) / nullif(opening_count + created_due_count, 0)
        as slip_rate_with_created,
    cast(coalesce(slipped_amount, 0) + created_slipped_amount as double)
    / nullif(cast(opening_amount + created_due_amount as double), 0) as slip_value_rate_with_created,
    cast(push_count as bigint) as push_count,
    cast(push_days as bigint) as push_days,
    unknown_reason,
    is_current
from counted
