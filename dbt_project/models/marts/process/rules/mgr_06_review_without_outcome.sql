{# A deal counts for its owner before and after a change, and when it is new. #}

with reviews as (
    select
        meetings.*,
        limits.outcome_within_hours,
        {{ dbt.dateadd('hour', 'limits.outcome_within_hours', 'meetings.ends_at') }} as due_at
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ limits_of('MGR-06', ['outcome_within_hours', 'held_within_days']) }} as limits
        on
            meetings.ends_at >= {{ dbt.dateadd('day', '-limits.held_within_days', 'limits.as_of_at') }}
            and {{ dbt.dateadd('hour', 'limits.outcome_within_hours', 'meetings.ends_at') }} < limits.as_of_at
    where meetings.meeting_kind in ('pipeline_review', 'quarterly_review') and meetings.is_held
),

people as (
    select meeting_id, manager_id as user_id from reviews
    union
    select meeting_id, attendee_id as user_id from {{ ref('int_meeting_attendees') }}
),

outcomes as (
    select owner_id as user_id, valid_from as outcome_at from {{ ref('fct_opportunity_versions') }}
    union all
    select owner_id as user_id, valid_to as outcome_at from {{ ref('fct_opportunity_versions') }}
    union all
    select owner_id as user_id, created_at as outcome_at from {{ ref('stg_salesforce__tasks') }}
    union all
    select created_by_id as user_id, created_at as outcome_at from {{ ref('stg_salesforce__tasks') }}
),

fruitful as (
    select distinct reviews.meeting_id
    from reviews
    inner join people on reviews.meeting_id = people.meeting_id
    inner join outcomes
        on
            people.user_id = outcomes.user_id
            and reviews.starts_at < outcomes.outcome_at
            and reviews.due_at >= outcomes.outcome_at
)

select
    {{ meeting_finding('MGR-06', "
        For {outcome_within_hours} hours after the review of {starts_at|date} no deal of anyone there changed,
        and no task was made
    ", of='reviews') }}
from reviews
where reviews.meeting_id not in (select fruitful.meeting_id from fruitful)
