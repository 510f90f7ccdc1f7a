with changes as (

    select * from {{ ref('int_pipeline_changes_netted') }}

),

as_of as (

    select
        max(cast({{ dbt.dateadd('day', 1, 'as_of.as_of_date') }} as date)) as day_after,
        min(dates.date_day) as first_day

    from {{ ref('int_as_of') }} as as_of
    cross join {{ ref('dim_dates') }} as dates

),

levels as (

    select
        owner_id,
        sales_process,
        stage_name,
        event_date,
        lead(event_date) over in_order as next_event_date,
        sum(open_count) over in_order as open_count,
        sum(open_amount) over in_order as open_amount,
        sum(weighted_amount) over in_order as weighted_amount

    from changes
    window in_order as (
        partition by owner_id, sales_process, stage_name
        order by event_date asc
    )

),

lasting as (

    select
        levels.*,
        greatest(levels.event_date, as_of.first_day) as first_date,
        coalesce(levels.next_event_date, as_of.day_after) as end_date

    from levels
    cross join as_of
    where levels.open_count > 0

),

numbers as (

    {{ numbers(4) }}

)

select
    {{ days_after('lasting.first_date', 'numbers.n') }} as snapshot_date,
    lasting.owner_id,
    lasting.sales_process,
    lasting.stage_name,
    cast(lasting.open_count as bigint) as open_count,
    cast(lasting.open_amount as decimal(18, 2)) as open_amount,
    cast(lasting.weighted_amount as decimal(18, 2)) as weighted_amount

from lasting
inner join numbers
    -- One comparison with the length of the stay: far cheaper than two with the days of a calendar.
    on numbers.n < {{ dbt.datediff('lasting.first_date', 'lasting.end_date', 'day') }}
