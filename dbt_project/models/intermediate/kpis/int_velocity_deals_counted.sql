{#
    The qualified deals that a velocity is made of: those open at T, and those that closed in the window that ends there.
    T is the end of each of the last thirteen fiscal months, and now. A deal that was never seen before it stood
    in a qualified stage tells nothing of its qualification.
#}

{{ config(materialized='view') }}

{% set last_date = 'least(months.period_end_date, as_of.as_of_date)' %}

with qualified as (
    select * from {{ ref('int_opportunity_origins_told') }}
    where qualified_at is not null and qualified_at >= history_known_from
),

points as (
    select
        months.period_start_date,
        months.known_until,
        {{ last_date }} as last_date,
        {{ dbt.dateadd('day', '1 - ' ~ var('velocity_window_days'), last_date) }} as first_at
    from {{ ref('dim_periods') }} as months
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_history_horizons') }} as horizons
        on
            horizons.field_name = 'State'
            and months.known_until >= horizons.history_known_from
    where
        months.period_kind = 'month'
        and not months.is_future
        and {{ dbt.datediff('months.period_start_date', 'as_of.as_of_date', 'month') }} <= 13
)

select
    points.period_start_date,
    coalesce(versions.owner_id, '') as owner_id,
    'open' as outcome,
    cast(null as decimal(18, 2)) as amount,
    cast(null as double) as cycle_days
from points
inner join {{ ref('fct_opportunity_versions') }} as versions
    on
        versions.valid_from <= points.known_until
        and coalesce(versions.valid_to, cast('9999-12-31' as timestamp)) > points.known_until
inner join qualified
    on
        versions.opportunity_id = qualified.opportunity_id
        and qualified.qualified_at <= points.known_until
where versions.is_open

union all

select
    points.period_start_date,
    coalesce(deals.owner_id, '') as owner_id,
    case when deals.is_won then 'won' else 'lost' end as outcome,
    case when deals.is_won and deals.amount > 0 then deals.amount end as amount,
    case
        when deals.is_won and deals.won_at > qualified.qualified_at
            then {{ elapsed_days('qualified.qualified_at', 'deals.won_at') }}
    end as cycle_days
from points
inner join {{ ref('fct_opportunities') }} as deals
    on
        case when deals.is_won then deals.close_date else {{ local_date('deals.closed_at') }} end
        between cast(points.first_at as date) and points.last_date
inner join qualified on deals.opportunity_id = qualified.opportunity_id
where deals.is_closed
