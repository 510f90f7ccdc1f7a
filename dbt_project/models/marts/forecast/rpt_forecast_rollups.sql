{#
    The CRM's own roll-ups as they stood at the begin of each week of a quarter. Each holds those before it. A scope
    without a deal forecast nothing, which is a forecast too.
#}

with scopes as (
    select * from {{ ref('int_scopes_membered') }}
),

named as (
    select distinct scope_kind, scope_id, scope_name
    from scopes
),

spine as (
    select named.*, points.*
    from named
    inner join {{ ref('int_forecast_points') }} as points
        on points.is_owner_known or named.scope_kind = 'company'
    {{ upon_last('where', is_renewed_rollup('named', 'points')) }}
),

summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        snapshots.fiscal_quarter_start_date,
        snapshots.week_number,
        sum(snapshots.closed_amount) as closed_amount,
        sum(snapshots.closed_amount + snapshots.commit_open_amount) as commit_amount,
        sum(snapshots.closed_amount + snapshots.commit_open_amount + snapshots.best_case_open_amount)
            as best_case_amount,
        sum(
            snapshots.commit_open_amount + snapshots.best_case_open_amount + snapshots.pipeline_open_amount
            + snapshots.omitted_open_amount
        ) as open_pipeline_amount,
        sum(snapshots.omitted_open_amount) as omitted_amount,
        sum(snapshots.closed_amount + snapshots.weighted_open_amount) as weighted_amount,
        sum(snapshots.closed_amount + snapshots.default_weighted_open_amount) as default_weighted_amount
    from {{ ref('fct_forecast_snapshots') }} as snapshots
    inner join scopes on snapshots.owner_id = scopes.owner_id
    {{ upon_last('where', is_renewed_rollup('scopes', 'snapshots')) }}
    group by
        scopes.scope_kind, scopes.scope_id, snapshots.fiscal_quarter_start_date, snapshots.week_number
),

actuals as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        deals.fiscal_quarter_start_date,
        sum(deals.amount) as actual_amount
    from {{ ref('fct_opportunities') }} as deals
    inner join scopes on coalesce(deals.owner_id, '') = scopes.owner_id
    where deals.is_won
    group by scopes.scope_kind, scopes.scope_id, deals.fiscal_quarter_start_date
)

select
    spine.scope_kind,
    spine.scope_id,
    spine.scope_name,
    spine.fiscal_quarter_start_date,
    spine.fiscal_quarter_label,
    cast(spine.week_number as bigint) as week_number,
    spine.snapshot_date,
    spine.snapshot_at,
    {% for name in [
        'closed', 'commit', 'best_case', 'open_pipeline', 'omitted', 'weighted', 'default_weighted'
    ] %}
    cast(coalesce(summed.{{ name }}_amount, 0) as decimal(18, 2)) as {{ name }}_amount,
    {% endfor %}
    cast(case when spine.is_complete then coalesce(actuals.actual_amount, 0) end as decimal(18, 2))
        as actual_amount,
    cast(
        case when spine.previous_quarter_start_date is not null then coalesce(earlier.actual_amount, 0) end
        as decimal(18, 2)
    ) as previous_actual_amount,
    spine.is_complete
from spine
left join summed
    on
        spine.scope_kind = summed.scope_kind
        and spine.scope_id = summed.scope_id
        and spine.fiscal_quarter_start_date = summed.fiscal_quarter_start_date
        and spine.week_number = summed.week_number
left join actuals
    on
        spine.scope_kind = actuals.scope_kind
        and spine.scope_id = actuals.scope_id
        and spine.fiscal_quarter_start_date = actuals.fiscal_quarter_start_date
left join actuals as earlier
    on
        spine.scope_kind = earlier.scope_kind
        and spine.scope_id = earlier.scope_id
        and spine.previous_quarter_start_date = earlier.fiscal_quarter_start_date
