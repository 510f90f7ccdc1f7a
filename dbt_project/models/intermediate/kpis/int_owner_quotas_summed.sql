{# The quotas of the CRM in each period reported, each spread over the business days of its own period. #}

with periods as (
    select * from {{ ref('dim_periods') }}
    where business_day_count > 0
),

shares as (
    -- how many business days of a period lie in another one
    select
        periods.period_kind as quota_kind,
        periods.period_start_date as quota_start_date,
        told.period_kind,
        told.period_start_date,
        cast(count(*) as double) / max(periods.business_day_count) as quota_share
    from periods
    inner join {{ ref('dim_dates') }} as dates
        on dates.date_day between periods.period_start_date and periods.period_end_date
    inner join {{ ref('int_goal_days') }} as told on dates.date_day = told.date_day
    where dates.is_business_day
    group by periods.period_kind, periods.period_start_date, told.period_kind, told.period_start_date
)

select
    quotas.owner_id,
    'bookings_amount' as metric,
    shares.period_kind,
    shares.period_start_date,
    sum(quotas.quota_amount * shares.quota_share) as goal_value
from {{ ref('int_quotas_valued') }} as quotas
left join {{ ref('stg_salesforce__periods') }} as quota_periods
    on quotas.period_id = quota_periods.period_id
inner join periods
    on
        periods.period_kind = coalesce(lower(quota_periods.period_type), 'quarter')
        and quotas.start_date between periods.period_start_date and periods.period_end_date
inner join shares
    on
        periods.period_kind = shares.quota_kind
        and periods.period_start_date = shares.quota_start_date
group by quotas.owner_id, shares.period_kind, shares.period_start_date
