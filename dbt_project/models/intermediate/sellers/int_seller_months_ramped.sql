{#
    Each seller in each fiscal month, a year ahead included, with the time since hire, the quota to fractions of a cent
    (which quarters add up) and the ramp factor. Who has left counts in the months that are over.
#}
{% set month_number = 'extract(year from %s) * 12 + extract(month from %s)' %}
{% set this_month = month_number % ('months.period_start_date', 'months.period_start_date') %}
{% set hire_month = month_number % ('sellers.hire_date', 'sellers.hire_date') %}

with months as (
    select periods.*
    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    where
        periods.period_kind = 'month'
        and periods.period_start_date <= cast({{ dbt.dateadd('year', 1, 'as_of.as_of_date') }} as date)
),

bookings as (
    select
        wins.owner_id,
        dates.fiscal_month_start_date as period_start_date,
        sum(wins.amount) as bookings_amount
    from {{ ref('int_wins_placed') }} as wins
    inner join {{ ref('dim_dates') }} as dates on wins.close_date = dates.date_day
    cross join {{ ref('int_as_of') }} as as_of
    where wins.close_date <= as_of.as_of_date
    group by wins.owner_id, dates.fiscal_month_start_date
),

quotas as (
    -- the quota of the CRM goes before the goal of the seed
    select
        coalesce(quotas.owner_id, goals.owner_id) as owner_id,
        coalesce(quotas.period_start_date, goals.period_start_date) as period_start_date,
        cast(coalesce(quotas.goal_value, goals.goal_value) as double) as quota_amount
    from {{ ref('int_owner_quotas_summed') }} as quotas
    full outer join {{ ref('int_owner_goals_summed') }} as goals
        on
            quotas.owner_id = goals.owner_id
            and quotas.metric = goals.metric
            and quotas.period_kind = goals.period_kind
            and quotas.period_start_date = goals.period_start_date
    where
        coalesce(quotas.metric, goals.metric) = 'bookings_amount'
        and coalesce(quotas.period_kind, goals.period_kind) = 'month'
),

spine as (
    select
        sellers.*,
        months.period_start_date,
        months.period_label,
        months.is_complete,
        months.is_future,
        quotas.quota_amount,
        coalesce(bookings.bookings_amount, 0) as bookings_amount,
        case
            when months.period_end_date >= sellers.hire_date
                then greatest({{ this_month }} - ({{ hire_month }}), 0)
        end as tenure_months
    from {{ ref('int_sellers_hired') }} as sellers
    cross join months
    left join quotas
        on
            sellers.owner_id = quotas.owner_id
            and months.period_start_date = quotas.period_start_date
    left join bookings
        on
            sellers.owner_id = bookings.owner_id
            and months.period_start_date = bookings.period_start_date
    where
        (sellers.is_active and months.period_end_date >= sellers.hire_date)
        or (
            (sellers.is_active or months.is_complete)
            and (quotas.quota_amount is not null or bookings.bookings_amount is not null)
        )
)

select
    spine.*,
    case when spine.tenure_months is null then 0 else curves.ramp_factor end as ramp_factor
from spine
left join {{ ref('int_ramp_curves_ranged') }} as curves
    on
        spine.title = curves.title
        and spine.tenure_months >= curves.from_tenure_months
        and (spine.tenure_months < curves.to_tenure_months or curves.to_tenure_months is null)
