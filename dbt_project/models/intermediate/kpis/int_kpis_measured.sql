{# What each scope brought in and did in each period, and up to the same day of the period as today is. #}

with by_owner as (

    select
        period_days.period_kind,
        period_days.period_start_date,
        daily.owner_id,
        daily.metric,
        sum(case when period_days.is_last_day or not daily.is_level then daily.measure_value else 0 end)
            as actual,
        sum(
            case
                when daily.is_level and period_days.is_same_day then daily.measure_value
                when not daily.is_level and period_days.is_to_same_day then daily.measure_value
                else 0
            end
        ) as to_same_day

    from {{ ref('int_measures_daily') }} as daily
    inner join {{ ref('int_period_days') }} as period_days
        on daily.measure_date = period_days.date_day
    where not daily.is_level or period_days.is_last_day or period_days.is_same_day
    group by period_days.period_kind, period_days.period_start_date, daily.owner_id, daily.metric

)

select
    by_owner.period_kind,
    by_owner.period_start_date,
    scopes.scope_kind,
    scopes.scope_id,
    by_owner.metric,
    cast(sum(by_owner.actual) as double) as actual,
    cast(sum(by_owner.to_same_day) as double) as to_same_day

from by_owner
inner join {{ ref('int_scopes_membered') }} as scopes
    on by_owner.owner_id = scopes.owner_id
group by
    by_owner.period_kind, by_owner.period_start_date, scopes.scope_kind, scopes.scope_id, by_owner.metric
