with changes as (

    select * from {{ ref('int_pipeline_changes_netted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

levels as (

    select
        owner_id,
        sales_process,
        stage_name,
        event_date as first_date,
        lead(event_date) over in_order as end_date,
        sum(open_count) over in_order as open_count,
        sum(open_amount) over in_order as open_amount,
        sum(weighted_amount) over in_order as weighted_amount

    from changes
    window in_order as (
        partition by owner_id, sales_process, stage_name
        order by event_date asc
    )

),

days as (

    select dates.date_day

    from {{ ref('dim_dates') }} as dates
    inner join as_of
        on dates.date_day <= as_of.as_of_date

)

select
    days.date_day as snapshot_date,
    levels.owner_id,
    levels.sales_process,
    levels.stage_name,
    cast(levels.open_count as bigint) as open_count,
    cast(levels.open_amount as decimal(18, 2)) as open_amount,
    cast(levels.weighted_amount as decimal(18, 2)) as weighted_amount

from levels
inner join days
    on
        levels.first_date <= days.date_day
        and (levels.end_date > days.date_day or levels.end_date is null)
where levels.open_count > 0
