{#
    The figures of every manager's whole tree, self included, as the tree stands now. A user is under a
    manager once, however deep, so nothing counts twice within a row; rows of managers above and below
    each other overlap and are never added up.
#}

with members as (
    select lines.manager_id, managers.user_name as manager_name, lines.user_id as owner_id
    from {{ ref('dim_reporting_lines') }} as lines
    inner join {{ ref('dim_users') }} as managers on lines.manager_id = managers.user_id
    where managers.is_manager
),

team as (
    select
        members.manager_id,
        kpis.week_start_date,
        members.manager_name,
        count(*) as member_count,
        sum(kpis.bookings_amount) as bookings_amount,
        sum(kpis.won_count) as won_count,
        sum(kpis.lost_count) as lost_count,
        sum(kpis.created_count) as created_count,
        sum(kpis.pipeline_created_amount) as pipeline_created_amount,
        sum(kpis.activity_count) as activity_count,
        sum(kpis.meeting_count) as meeting_count,
        sum(kpis.open_pipeline_amount) as open_pipeline_amount,
        sum(kpis.open_pipeline_count) as open_pipeline_count,
        sum(kpis.goal_bookings_amount) as goal_bookings_amount,
        sum(kpis.goal_pipeline_created_amount) as goal_pipeline_created_amount,
        sum(kpis.goal_activity_count) as goal_activity_count,
        sum(kpis.goal_meeting_count) as goal_meeting_count,
        sum(kpis.previous_bookings_amount) as previous_bookings_amount,
        sum(kpis.previous_pipeline_created_amount) as previous_pipeline_created_amount,
        sum(kpis.previous_activity_count) as previous_activity_count,
        max(weeks.elapsed_ratio) as elapsed_ratio,
        max(case when kpis.is_current_week then 1 else 0 end) = 1 as is_current_week
    from members
    inner join {{ ref('rpt_owner_kpis_weekly') }} as kpis on members.owner_id = kpis.owner_id
    inner join {{ ref('int_reporting_weeks') }} as weeks on kpis.week_start_date = weeks.week_start_date
    group by members.manager_id, kpis.week_start_date, members.manager_name
)

select
    manager_id,
    week_start_date,
    manager_name,
    cast(member_count as bigint) as member_count,
    cast(bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(won_count as bigint) as won_count,
    cast(lost_count as bigint) as lost_count,
    cast(won_count as double) / nullif(won_count + lost_count, 0) as win_rate,
    cast(created_count as bigint) as created_count,
    cast(pipeline_created_amount as decimal(18, 2)) as pipeline_created_amount,
    cast(activity_count as bigint) as activity_count,
    cast(meeting_count as bigint) as meeting_count,
    cast(open_pipeline_amount as decimal(18, 2)) as open_pipeline_amount,
    cast(open_pipeline_count as bigint) as open_pipeline_count,
    cast(goal_bookings_amount as decimal(18, 2)) as goal_bookings_amount,
    cast(goal_bookings_amount - bookings_amount as decimal(18, 2)) as bookings_gap_amount,
    case when goal_bookings_amount > 0
            then cast(bookings_amount as double) / cast(goal_bookings_amount as double)
    end as bookings_attainment_ratio,
    cast(goal_pipeline_created_amount as decimal(18, 2)) as goal_pipeline_created_amount,
    cast(goal_activity_count as bigint) as goal_activity_count,
    cast(goal_meeting_count as bigint) as goal_meeting_count,
    cast(previous_bookings_amount as decimal(18, 2)) as previous_bookings_amount,
    cast(previous_pipeline_created_amount as decimal(18, 2)) as previous_pipeline_created_amount,
    cast(previous_activity_count as bigint) as previous_activity_count,
    case
        when goal_bookings_amount is null then 'no_goal'
        when bookings_amount >= goal_bookings_amount * elapsed_ratio then 'on_track'
        else 'behind'
    end as status,
    is_current_week
from team
