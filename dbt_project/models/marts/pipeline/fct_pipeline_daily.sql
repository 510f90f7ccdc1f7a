{# A view: its rows are ten for each stay in int_pipeline_levels_dated, and are written once, when it is published. #}

{{ config(materialized='view') }}

with bounds as (

    select
        max(cast({{ dbt.dateadd('day', 1, 'as_of.as_of_date') }} as date)) as day_after,
        min(dates.date_day) as first_day

    from {{ ref('int_as_of') }} as as_of
    cross join {{ ref('dim_dates') }} as dates

),

lasting as (

    select
        levels.*,
        greatest(levels.first_date, bounds.first_day) as shown_from,
        coalesce(levels.end_date, bounds.day_after) as shown_to

    from {{ ref('int_pipeline_levels_dated') }} as levels
    cross join bounds

),

days as (

    select
        lasting.*,
        {{ each_number_below(dbt.datediff('shown_from', 'shown_to', 'day')) }} as day_number

    from lasting
    where shown_from < shown_to

)

select
    {{ days_after('shown_from', 'day_number') }} as snapshot_date,
    owner_id,
    sales_process,
    stage_name,
    open_count,
    open_amount,
    weighted_amount

from days
