{# Of what stood in Commit at the begin of a week, due in the quarter, how much was won within the quarter. #}

with summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        max(scopes.scope_name) as scope_name,
        points.fiscal_quarter_start_date,
        max(points.fiscal_quarter_label) as fiscal_quarter_label,
        points.week_number,
        max(points.snapshot_date) as snapshot_date,
        max(case when points.is_complete then 1 else 0 end) = 1 as is_complete,
        sum(snapshots.commit_count) as commit_count,
        sum(snapshots.commit_open_amount) as commit_amount,
        sum(snapshots.commit_won_count) as won_count,
        sum(snapshots.commit_won_amount) as won_amount
    from {{ ref('int_forecast_points') }} as points
    inner join {{ ref('fct_forecast_snapshots') }} as snapshots
        on
            points.fiscal_quarter_start_date = snapshots.fiscal_quarter_start_date
            and points.week_number = snapshots.week_number
    inner join {{ ref('int_scopes_membered') }} as scopes
        on
            snapshots.owner_id = scopes.owner_id
            and (points.is_owner_known or scopes.scope_kind = 'company')
    {{ upon_last('where', is_renewed_rollup('scopes', 'points')) }}
    group by scopes.scope_kind, scopes.scope_id, points.fiscal_quarter_start_date, points.week_number
)

select
    scope_kind,
    scope_id,
    scope_name,
    fiscal_quarter_start_date,
    fiscal_quarter_label,
    cast(week_number as bigint) as week_number,
    snapshot_date,
    cast(commit_count as bigint) as commit_count,
    cast(commit_amount as decimal(18, 2)) as commit_amount,
    cast(won_count as bigint) as won_count,
    cast(won_amount as decimal(18, 2)) as won_amount,
    case when is_complete then cast(won_count as double) / nullif(commit_count, 0) end as hit_rate,
    case
        when is_complete and commit_amount > 0
            then cast(won_amount as double) / cast(commit_amount as double)
    end as hit_value_rate,
    is_complete
from summed
