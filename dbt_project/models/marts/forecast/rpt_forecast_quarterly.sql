{# What each seller's running and next fiscal quarter will bring, from what is won and what is open at T. #}

with users as (
    select * from {{ ref('dim_users') }}
    where is_seller
),

quarters as (
    select * from {{ ref('int_forecast_quarters') }}
),

quotas as (
    select
        quotas.owner_id,
        quarters.fiscal_quarter_start_date,
        sum(quotas.quota_amount) as quota_amount
    from {{ ref('int_quotas_valued') }} as quotas
    inner join quarters
        on quotas.start_date between quarters.fiscal_quarter_start_date and quarters.fiscal_quarter_end_date
    group by quotas.owner_id, quarters.fiscal_quarter_start_date
),

placed as (
    select
        deals.*,
        forecast.expected_amount as forecast_amount,
        quarters.fiscal_quarter_start_date as placed_quarter_start_date,
        deals.is_open and deals.close_date >= quarters.fiscal_quarter_start_date as is_due,
        deals.close_date < quarters.fiscal_quarter_start_date as is_overdue
    from {{ ref('fct_opportunities') }} as deals
    inner join quarters on deals.close_date <= quarters.fiscal_quarter_end_date
    left join {{ ref('fct_forecast_deals') }} as forecast on deals.opportunity_id = forecast.opportunity_id
    where
        deals.close_date >= quarters.fiscal_quarter_start_date
        or (deals.is_open and quarters.is_current_quarter)
),

deals as (
    select
        owner_id,
        placed_quarter_start_date as fiscal_quarter_start_date,
        sum(case when is_won then amount end) as closed_won_amount,
        sum(case when is_due and forecast_category = 'Commit' then amount end) as open_commit_amount,
        sum(case when is_due and forecast_category in ('Best Case', 'Most Likely') then amount end)
            as open_best_case_amount,
        sum(case when is_due then amount end) as open_amount,
        sum(case when is_due then weighted_amount end) as weighted_amount,
        sum(forecast_amount) as expected_open_amount,
        sum(case when is_overdue then amount end) as overdue_open_amount
    from placed
    group by owner_id, placed_quarter_start_date
),

figures as (
    select
        users.user_id as owner_id,
        users.user_name as owner_name,
        users.manager_id,
        quarters.fiscal_quarter_start_date,
        quarters.fiscal_quarter_label,
        quarters.is_current_quarter,
        quotas.quota_amount,
        coalesce(deals.closed_won_amount, 0) as closed_won_amount,
        coalesce(deals.open_commit_amount, 0) as open_commit_amount,
        coalesce(deals.open_best_case_amount, 0) as open_best_case_amount,
        coalesce(deals.open_amount, 0) as open_amount,
        coalesce(deals.weighted_amount, 0) as weighted_amount,
        cast(coalesce(deals.expected_open_amount, 0) as decimal(18, 2)) as expected_open_amount,
        coalesce(deals.overdue_open_amount, 0) as overdue_open_amount,
        methods.forecast_method
    from users
    cross join quarters
    inner join {{ ref('int_forecast_methods_described') }} as methods
        on quarters.fiscal_quarter_start_date = methods.fiscal_quarter_start_date
    left join quotas
        on users.user_id = quotas.owner_id
            and quarters.fiscal_quarter_start_date = quotas.fiscal_quarter_start_date
    left join deals
        on users.user_id = deals.owner_id
            and quarters.fiscal_quarter_start_date = deals.fiscal_quarter_start_date
    where users.is_active or coalesce(deals.owner_id, quotas.owner_id) is not null
)

select
    owner_id,
    fiscal_quarter_start_date,
    owner_name,
    manager_id,
    fiscal_quarter_label,
    cast(quota_amount as decimal(18, 2)) as quota_amount,
    cast(closed_won_amount as decimal(18, 2)) as closed_won_amount,
    cast(closed_won_amount + open_commit_amount as decimal(18, 2)) as commit_amount,
    cast(closed_won_amount + open_commit_amount + open_best_case_amount as decimal(18, 2))
        as best_case_amount,
    cast(open_amount as decimal(18, 2)) as open_amount,
    cast(weighted_amount as decimal(18, 2)) as weighted_amount,
    expected_open_amount,
    cast(closed_won_amount + expected_open_amount as decimal(18, 2)) as forecast_amount,
    cast(quota_amount - closed_won_amount - expected_open_amount as decimal(18, 2)) as gap_amount,
    cast(overdue_open_amount as decimal(18, 2)) as overdue_open_amount,
    forecast_method,
    is_current_quarter
from figures
