{# What has been done on a deal up to the as-of instant, and what is planned next. #}

with activities as (
    select * from {{ ref('int_activities_unioned') }}
    where opportunity_id is not null
),

placed as (
    select
        activities.opportunity_id,
        case when activities.occurred_at <= as_of.as_of_at then activities.occurred_at end as happened_at,
        case
            when not activities.is_completed and activities.activity_date >= as_of.as_of_date
                then activities.activity_date
        end as planned_date
    from activities
    cross join {{ ref('int_as_of') }} as as_of
)

select opportunity_id, max(happened_at) as last_activity_at, min(planned_date) as next_activity_date
from placed
group by opportunity_id
