{#
    The goal of each person for each business day: a goal or quota spread evenly over the business days of its own
    period, so that a goal which changes within a month counts in it by its days. Of the lines of the seed, the one
    for the person wins over one for the title, that over one for all. Nobody has goals of the seed before the first
    or, having left, after the last recorded work.
#}

with days as (

    select * from {{ ref('dim_dates') }}
    where is_business_day

),

worked as (

    select
        owner_id,
        min(measure_date) as first_date,
        max(measure_date) as last_date

    from {{ ref('int_measures_daily') }}
    where not is_level
    group by owner_id

),

people as (

    select
        sellers.user_id,
        lower(sellers.email) as email,
        lower(sellers.title) as title,
        least(cast(sellers.created_at as date), coalesce(worked.first_date, cast(sellers.created_at as date)))
            as first_date,
        case when not sellers.is_active then worked.last_date end as last_date

    from {{ ref('dim_users') }} as sellers
    left join worked
        on sellers.user_id = worked.owner_id
    where
        sellers.is_seller
        and (sellers.is_active or worked.owner_id is not null)

),

ranked as (

    select
        people.user_id as owner_id,
        days.date_day,
        goals.metric,
        goals.period,
        goals.goal_value,
        row_number() over (
            partition by people.user_id, days.date_day, goals.metric
            order by
                case goals.scope_kind when 'user' then 1 when 'title' then 2 else 3 end asc,
                goals.valid_from desc
        ) as preference

    from people
    inner join {{ ref('goals') }} as goals
        on
            goals.scope_kind = 'all'
            or (goals.scope_kind = 'title' and lower(goals.scope) = people.title)
            or (goals.scope_kind = 'user' and lower(goals.scope) = people.email)
    inner join days
        on
            days.date_day >= goals.valid_from
            and days.date_day <= coalesce(goals.valid_to, cast('9999-12-31' as date))
            and days.date_day >= people.first_date
            and days.date_day <= coalesce(people.last_date, cast('9999-12-31' as date))

),

periods as (

    select * from {{ ref('dim_periods') }}
    where business_day_count > 0

)

select
    ranked.owner_id,
    ranked.date_day,
    ranked.metric,
    'goal' as goal_source,
    cast(ranked.goal_value as decimal(18, 2)) / periods.business_day_count as goal_value

from ranked
inner join periods
    on
        ranked.period = periods.period_kind
        and ranked.date_day between periods.period_start_date and periods.period_end_date
where ranked.preference = 1

union all

select
    quotas.owner_id,
    days.date_day,
    'bookings_amount' as metric,
    'quota' as goal_source,
    quotas.quota_amount / periods.business_day_count as goal_value

from {{ ref('stg_salesforce__forecasting_quotas') }} as quotas
left join {{ ref('stg_salesforce__periods') }} as quota_periods
    on quotas.period_id = quota_periods.period_id
inner join periods
    on
        periods.period_kind = coalesce(lower(quota_periods.period_type), 'quarter')
        and quotas.start_date between periods.period_start_date and periods.period_end_date
inner join days
    on days.date_day between periods.period_start_date and periods.period_end_date
where quotas.is_amount
