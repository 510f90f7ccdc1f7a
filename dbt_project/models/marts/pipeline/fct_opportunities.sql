{% set last_touch = 'coalesce(opportunities.last_activity_at, opportunities.created_at)' %}

with opportunities as (
    select * from {{ ref('int_opportunities_measured') }}
    {{ upon_last('where', is_renewed(['opportunity_id'])) }}
)

select
    -- the deal and whose it is
    opportunities.opportunity_id,
    opportunities.opportunity_name,
    concat(as_of.instance_url, '/lightning/r/Opportunity/', opportunities.opportunity_id, '/view')
        as opportunity_url,
    opportunities.account_id,
    accounts.account_name,
    opportunities.owner_id,
    users.user_name as owner_name,
    users.manager_id,

    -- its kind and state
    opportunities.record_type,
    opportunities.sales_process,
    opportunities.opportunity_type,
    opportunities.lead_source,
    opportunities.stage_name,
    opportunities.stage_order,
    opportunities.forecast_category,
    not opportunities.is_closed as is_open,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.is_closed and not opportunities.is_won as is_lost,

    -- its worth
    opportunities.currency_iso_code,
    opportunities.record_amount,
    opportunities.amount,
    opportunities.constant_amount,
    opportunities.amount_unknown_reason,
    opportunities.probability_rate,
    cast(opportunities.amount * opportunities.probability_rate as decimal(18, 2)) as weighted_amount,
    case
        when not opportunities.is_closed
            then cast(opportunities.amount * opportunities.default_probability_rate as decimal(18, 2))
    end as default_weighted_amount,
    case when not opportunities.is_closed then opportunities.stage_win_rate end as stage_win_rate,
    case
        when not opportunities.is_closed
            then cast(opportunities.amount * opportunities.stage_win_rate as decimal(18, 2))
    end as expected_amount,

    -- its life
    opportunities.created_at,
    {{ local_date('opportunities.created_at') }} as created_date,
    opportunities.close_date,
    opportunities.closed_at,
    case when opportunities.is_won then opportunities.closed_at end as won_at,
    case
        when opportunities.is_won
            then {{ elapsed_days('opportunities.created_at', 'opportunities.closed_at') }}
    end as sales_cycle_days,
    case
        when not opportunities.is_closed
            then {{ elapsed_days('opportunities.created_at', 'as_of.as_of_at') }}
    end as age_days,
    opportunities.stage_entered_at,
    case
        when not opportunities.is_closed
            then {{ elapsed_days('opportunities.stage_entered_at', 'as_of.as_of_at') }}
    end as stage_age_days,
    opportunities.push_count,

    -- what is done about it
    opportunities.next_step,
    opportunities.last_activity_at,
    case
        when not opportunities.is_closed
            then {{ elapsed_days(last_touch, 'as_of.as_of_at') }}
    end as idle_days,
    opportunities.next_activity_date,
    opportunities.contact_role_count,
    opportunities.loss_reason,
    dates.fiscal_quarter_start_date
from opportunities
cross join {{ ref('int_as_of') }} as as_of
left join {{ ref('stg_salesforce__accounts') }} as accounts
    on opportunities.account_id = accounts.account_id
left join {{ ref('stg_salesforce__users') }} as users on opportunities.owner_id = users.user_id
left join {{ ref('dim_dates') }} as dates on opportunities.close_date = dates.date_day
