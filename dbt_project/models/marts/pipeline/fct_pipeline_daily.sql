{# A view: of each row of int_pipeline_levels_dated it has ten, which are written when published. #}

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
