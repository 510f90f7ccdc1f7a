{# What each owner brought in and did, by Monday week. Only weeks in which something happened. #}

with opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

activities as (

    select * from {{ ref('fct_activities') }}
    where is_completed

),

measured as (

    -- a win belongs to the week of its close date, as bookings do
    select
        owner_id,
        close_date as measure_date,
        coalesce(amount, 0) as bookings_amount,
        1 as won_count,
        0 as lost_count,
        0 as created_count,
        0 as pipeline_created_amount,
        0 as activity_count,
        0 as meeting_count
    from opportunities
    where is_won

    union all

    -- a loss belongs to the week in which it was moved to lost: its close date is often never touched again
    select
        owner_id,
        coalesce({{ local_date('closed_at') }}, close_date) as measure_date,
        0 as bookings_amount,
        0 as won_count,
        1 as lost_count,
        0 as created_count,
        0 as pipeline_created_amount,
        0 as activity_count,
        0 as meeting_count
    from opportunities
    where is_lost

    union all

    -- a deal that was deleted since was created all the same
    select
        owner_id,
        {{ local_date('created_at') }} as measure_date,
        0 as bookings_amount,
        0 as won_count,
        0 as lost_count,
        1 as created_count,
        coalesce(amount, 0) as pipeline_created_amount,
        0 as activity_count,
        0 as meeting_count
    from {{ ref('int_opportunities_classified') }}

    union all

    select
        owner_id,
        done_date as measure_date,
        0 as bookings_amount,
        0 as won_count,
        0 as lost_count,
        0 as created_count,
        0 as pipeline_created_amount,
        1 as activity_count,
        case when is_meeting then 1 else 0 end as meeting_count
    from activities

)

select
    owner_id,
    cast({{ dbt.date_trunc('week', 'measure_date') }} as date) as week_start_date,
    cast(sum(bookings_amount) as decimal(18, 2)) as bookings_amount,
    cast(sum(won_count) as bigint) as won_count,
    cast(sum(lost_count) as bigint) as lost_count,
    cast(sum(created_count) as bigint) as created_count,
    cast(sum(pipeline_created_amount) as decimal(18, 2)) as pipeline_created_amount,
    cast(sum(activity_count) as bigint) as activity_count,
    cast(sum(meeting_count) as bigint) as meeting_count
from measured
where measure_date is not null
group by 1, 2
