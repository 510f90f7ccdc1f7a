{#
    The deals that were open and due, as then recorded, at the same point of past fiscal quarters, and
    whether they were won before the quarter ended. The same point is as many days from the quarter's start
    as the as-of day is from the start of the quarter that is forecast, at the same time of day, and within
    the quarter. Where the history does not reach back to that point, a quarter says nothing.
#}
{% set quarters_looked_back = 8 %}

with forecast_quarters as (
    select *, case when is_current_quarter then 'current' else 'next' end as horizon
    from {{ ref('int_forecast_quarters') }}
),

as_of as (
    select *, {{ dbt.datediff(utc_instant('as_of_date'), 'as_of_at', 'second') }} as second_of_day
    from {{ ref('int_as_of') }}
),

past_quarters as (
    select
        dates.fiscal_quarter_start_date,
        max(dates.fiscal_quarter_end_date) as fiscal_quarter_end_date,
        row_number() over (order by dates.fiscal_quarter_start_date desc nulls last) as quarters_ago
    from {{ ref('dim_dates') }} as dates
    inner join forecast_quarters as running
        on
            running.is_current_quarter
            and dates.fiscal_quarter_end_date < running.fiscal_quarter_start_date
    group by dates.fiscal_quarter_start_date
),

points as (
    select
        forecast_quarters.horizon,
        past_quarters.fiscal_quarter_start_date,
        past_quarters.fiscal_quarter_end_date,
        as_of.second_of_day,
        least(
            cast(
                {{ dbt.dateadd(
                    'day',
                    dbt.datediff('forecast_quarters.fiscal_quarter_start_date', 'as_of.as_of_date', 'day'),
                    'past_quarters.fiscal_quarter_start_date'
                ) }} as date
            ),
            past_quarters.fiscal_quarter_end_date
        ) as point_date
    from past_quarters
    cross join forecast_quarters
    cross join as_of
    where past_quarters.quarters_ago <= {{ quarters_looked_back }}
),

instants as (
    select *, {{ dbt.dateadd('second', 'second_of_day', utc_instant('point_date')) }} as instant_at
    from points
),

history as (
    select min(created_at) as known_from from {{ ref('stg_salesforce__opportunity_history') }}
)

select
    instants.horizon,
    instants.fiscal_quarter_start_date,
    instants.instant_at,
    versions.opportunity_id,
    deals.sales_process,
    versions.stage_name,
    -- a deal deleted since is no booking
    deals.is_won
    and not deals.is_deleted
    and {{ local_date('closings.closed_at') }} <= instants.fiscal_quarter_end_date as is_won_in_quarter
from instants
inner join history on instants.instant_at >= history.known_from
inner join {{ ref('int_opportunity_versions_rebuilt') }} as versions
    on
        versions.close_date between instants.fiscal_quarter_start_date and instants.fiscal_quarter_end_date
        and versions.valid_from <= instants.instant_at
        and coalesce(versions.valid_to, {{ end_of_time() }}) > instants.instant_at
inner join {{ ref('int_opportunities_classified') }} as deals
    on versions.opportunity_id = deals.opportunity_id
inner join {{ ref('int_opportunity_closings_observed') }} as closings
    on versions.opportunity_id = closings.opportunity_id
where
    versions.provenance = 'history'
    and not versions.is_closed
    and coalesce(versions.forecast_category, '') <> 'Omitted'
