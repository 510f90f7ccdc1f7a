{#
    How a month or quarter stands against its quota as of T: what is booked, what is still open and due, and by how
    much the one covers what the other lacks. The categories are cumulative, each with those before it.
#}

with scopes as (

    select * from {{ ref('int_scopes_membered') }}

),

periods as (

    select
        periods.*,
        as_of.as_of_date

    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    where
        periods.period_kind in ('month', 'quarter')
        and periods.period_start_date <= cast({{ dbt.dateadd('day', 92, 'as_of.as_of_date') }} as date)

),

deals as (

    select
        *,
        coalesce(owner_id, '') as owned_by_id

    from {{ ref('fct_opportunities') }}
    where is_open or is_won

),

summed as (

    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        periods.period_kind,
        periods.period_start_date,
        periods.period_label,
        periods.is_current,
        periods.is_future,
        coalesce(sum(case when deals.is_won then deals.amount end), 0) as bookings_amount,
        coalesce(sum(case when deals.is_open then deals.amount end), 0) as open_due_amount,
        coalesce(sum(case when deals.is_open then deals.weighted_amount end), 0) as weighted_due_amount,
        coalesce(sum(case when deals.is_open then deals.default_weighted_amount end), 0)
            as default_weighted_due_amount,
        coalesce(sum(case when deals.is_open then deals.expected_amount end), 0) as expected_due_amount,
        coalesce(sum(case when deals.is_open and deals.forecast_category = 'Commit' then deals.amount end), 0)
            as open_commit_amount,
        coalesce(
            sum(
                case
                    when deals.is_open and deals.forecast_category in ('Best Case', 'Most Likely')
                        then deals.amount
                end
            ), 0
        ) as open_best_case_amount

    from scopes
    cross join periods
    left join deals
        on
            scopes.owner_id = deals.owned_by_id
            and deals.close_date between periods.period_start_date and periods.period_end_date
    group by 1, 2, 3, 4, 5, 6, 7, 8

)

select
    summed.scope_kind,
    summed.scope_id,
    summed.scope_name,
    summed.period_kind,
    summed.period_start_date,
    summed.period_label,
    cast(goals.goal_value as decimal(18, 2)) as quota_amount,
    cast(summed.bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(goals.goal_value - summed.bookings_amount as decimal(18, 2)) as gap_amount,
    cast(summed.bookings_amount as double) / nullif(cast(goals.goal_value as double), 0) as attainment_ratio,
    cast(summed.open_due_amount as decimal(18, 2)) as open_due_amount,
    cast(summed.weighted_due_amount as decimal(18, 2)) as weighted_due_amount,
    cast(summed.default_weighted_due_amount as decimal(18, 2)) as default_weighted_due_amount,
    cast(summed.expected_due_amount as decimal(18, 2)) as expected_due_amount,
    cast(summed.bookings_amount + summed.open_commit_amount as decimal(18, 2)) as commit_amount,
    cast(summed.bookings_amount + summed.open_commit_amount + summed.open_best_case_amount as decimal(18, 2))
        as best_case_amount,
    case
        when
            goals.goal_value > 0
            then cast(summed.open_due_amount as double) / cast(goals.goal_value as double)
    end as gross_coverage_ratio,
    case
        when goals.goal_value > summed.bookings_amount
            then cast(summed.open_due_amount as double)
                / cast(goals.goal_value - summed.bookings_amount as double)
    end as remaining_coverage_ratio,
    summed.is_current,
    summed.is_future

from summed
left join {{ ref('int_kpi_goals') }} as goals
    on
        goals.metric = 'bookings_amount'
        and summed.scope_kind = goals.scope_kind
        and summed.scope_id = goals.scope_id
        and summed.period_kind = goals.period_kind
        and summed.period_start_date = goals.period_start_date
