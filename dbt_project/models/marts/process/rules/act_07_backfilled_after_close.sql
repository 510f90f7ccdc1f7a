with judged as {{ judged_deals('ACT-07', ['backfill_limit_count']) }},

backfilled as (
    select judged.opportunity_id, count(*) as activity_count
    from judged
    inner join {{ ref('int_activities_logged') }} as activities
        on
            judged.opportunity_id = activities.opportunity_id
            and judged.closed_at < activities.created_at
            and {{ local_date('judged.closed_at') }} > activities.done_date
    where judged.is_closed and activities.is_completed
    group by judged.opportunity_id
)

select
    {{ deal_finding('ACT-07', "
        Closed on {closed_at|date}; {activity_count|activity/activities} dated before that day entered afterwards
    ", of='judged') }}
from judged
inner join backfilled on judged.opportunity_id = backfilled.opportunity_id
where backfilled.activity_count >= judged.backfill_limit_count
