with as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'attended_share_percent' then threshold_value end) as share_percent,
        max(case when threshold_name = 'held_within_days' then threshold_value end) as held_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-02' and sales_process = ''

),

reviews as (

    select
        meetings.*,
        thresholds.share_percent
    from {{ ref('int_manager_meetings') }} as meetings
    cross join as_of
    cross join thresholds
    where meetings.meeting_kind = 'pipeline_review'
        and meetings.is_held
        and meetings.ends_at <= as_of.as_of_at
        and meetings.ends_at >= {{ dbt.dateadd('day', '-thresholds.held_within_days', 'as_of.as_of_at') }}

),

counted as (

    select
        reviews.meeting_id,
        count(distinct team_lines.user_id) as report_count,
        count(distinct attendees.attendee_id) as attended_count
    from reviews
    inner join {{ ref('int_team_lines_dated') }} as team_lines
        on reviews.manager_id = team_lines.manager_id
            and reviews.starts_at >= team_lines.valid_from
            and reviews.starts_at < team_lines.valid_to
    left join {{ ref('int_meeting_attendees') }} as attendees
        on reviews.meeting_id = attendees.meeting_id
            and team_lines.user_id = attendees.attendee_id
    group by reviews.meeting_id

)

select
    'MGR-02' as rule_id,
    'Event' as record_object,
    reviews.meeting_id as record_id,
    reviews.meeting_name as record_name,
    reviews.manager_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'Of ' || cast(counted.report_count as {{ dbt.type_string() }})
    || case when counted.report_count = 1 then ' direct report ' else ' direct reports ' end
    || cast(counted.attended_count as {{ dbt.type_string() }})
    || case when counted.attended_count = 1 then ' was' else ' were' end
    || ' at the pipeline review of '
    || cast({{ local_date('reviews.starts_at') }} as {{ dbt.type_string() }}) as detail
from reviews
inner join counted on reviews.meeting_id = counted.meeting_id
where counted.attended_count * 100 < reviews.share_percent * counted.report_count
