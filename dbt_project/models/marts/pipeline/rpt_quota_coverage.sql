{#
    How a month or quarter stands against its quota as of T: what is booked, what is still open and due, and by how
    much the one covers what the other lacks. The categories are cumulative, each with those before it.
#}

{% set sums = {
    'bookings_amount': 'case when deals.is_won then deals.amount end',
    'open_due_amount': 'case when deals.is_open then deals.amount end',
    'weighted_due_amount': 'case when deals.is_open then deals.weighted_amount end',
    'default_weighted_due_amount': 'case when deals.is_open then deals.default_weighted_amount end',
    'expected_due_amount': 'case when deals.is_open then deals.expected_amount end',
    'open_commit_amount': "case when deals.is_open and deals.forecast_category = 'Commit' then deals.amount end",
    'open_best_case_amount': 'case when deals.is_open and deals.forecast_category'
        ~ " in ('Best Case', 'Most Likely') then deals.amount end",
} %}

with periods as (
    select periods.*
    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    where
        periods.period_kind in ('month', 'quarter')
        and periods.period_start_date <= cast({{ dbt.dateadd('day', 92, 'as_of.as_of_date') }} as date)
),

owned as (
    select
        periods.period_kind,
        periods.period_start_date,
        {% for name, figure in sums.items() %}
        sum({{ figure }}) as {{ name }},
        {% endfor %}
        coalesce(deals.owner_id, '') as owner_id
    from {{ ref('fct_opportunities') }} as deals
    inner join periods
        on deals.close_date between periods.period_start_date and periods.period_end_date
    where deals.is_open or deals.is_won
    group by coalesce(deals.owner_id, ''), periods.period_kind, periods.period_start_date
),

scoped as (
    select
        {% for name in sums %}
        sum(owned.{{ name }}) as {{ name }},
        {% endfor %}
        scopes.scope_kind,
        scopes.scope_id,
        owned.period_kind,
        owned.period_start_date
    from owned
    inner join {{ ref('int_scopes_membered') }} as scopes on owned.owner_id = scopes.owner_id
    group by scopes.scope_kind, scopes.scope_id, owned.period_kind, owned.period_start_date
),

summed as (
    select
        {% for name in sums %}
        coalesce(scoped.{{ name }}, 0) as {{ name }},
        {% endfor %}
        named.*,
        periods.*
    from (
        select distinct scope_kind, scope_id, scope_name
        from {{ ref('int_scopes_membered') }}
    ) as named
    cross join periods
    left join scoped
        on
            named.scope_kind = scoped.scope_kind
            and named.scope_id = scoped.scope_id
            and periods.period_kind = scoped.period_kind
            and periods.period_start_date = scoped.period_start_date
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
    {% for name in ['open_due', 'weighted_due', 'default_weighted_due', 'expected_due'] %}
    cast(summed.{{ name }}_amount as decimal(18, 2)) as {{ name }}_amount,
    {% endfor %}
    cast(summed.bookings_amount + summed.open_commit_amount as decimal(18, 2)) as commit_amount,
    cast(summed.bookings_amount + summed.open_commit_amount + summed.open_best_case_amount as decimal(18, 2))
        as best_case_amount,
    case when goals.goal_value > 0 then cast(summed.open_due_amount as double) end
    / cast(goals.goal_value as double) as gross_coverage_ratio,
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
