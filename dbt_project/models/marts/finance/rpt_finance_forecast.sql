{#
    The forecast as finance takes it: by quarter for the company, each selling team and each seller, what is booked, what is
    still expected and what the goal is. A team's forecast is the sum of its people's, its goal the one set for the team.
#}

with summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        forecasts.fiscal_quarter_start_date,
        max(forecasts.fiscal_quarter_label) as fiscal_quarter_label,
        sum(forecasts.closed_won_amount) as booked_amount,
        sum(forecasts.expected_open_amount) as expected_amount,
        max(case when forecasts.is_current_quarter then 1 else 0 end) = 1 as is_current_quarter
    from {{ ref('rpt_forecast_quarterly') }} as forecasts
    inner join {{ ref('int_scopes_membered') }} as scopes on forecasts.owner_id = scopes.owner_id
    group by scopes.scope_kind, scopes.scope_id, scopes.scope_name, forecasts.fiscal_quarter_start_date
),

currencies as (
    select max(case when is_corporate then currency_iso_code end) as corporate_iso_code
    from {{ ref('stg_salesforce__currency_types') }}
)

select
    summed.fiscal_quarter_start_date,
    summed.fiscal_quarter_label,
    summed.is_current_quarter,
    summed.scope_kind,
    summed.scope_id,
    summed.scope_name,
    cast(summed.booked_amount as decimal(18, 2)) as booked_amount,
    cast(summed.expected_amount as decimal(18, 2)) as expected_amount,
    cast(summed.booked_amount + summed.expected_amount as decimal(18, 2)) as forecast_amount,
    cast(goals.goal_value as decimal(18, 2)) as goal_amount,
    cast(goals.goal_value - summed.booked_amount - summed.expected_amount as decimal(18, 2)) as gap_amount,
    currencies.corporate_iso_code as currency_iso_code,
    as_of.as_of_at
from summed
cross join currencies
cross join {{ ref('int_as_of') }} as as_of
left join {{ ref('int_kpi_goals') }} as goals
    on
        goals.metric = 'bookings_amount'
        and goals.period_kind = 'quarter'
        and summed.scope_kind = goals.scope_kind
        and summed.scope_id = goals.scope_id
        and summed.fiscal_quarter_start_date = goals.period_start_date
