{# A deal counts for its owner before and after a change, and when it is new. #}

with thresholds as (

    select
        max(case when threshold_name = 'outcome_within_hours' then threshold_value end) as outcome_hours,
        max(case when threshold_name = 'held_within_days' then threshold_value end) as held_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-06' and sales_process = ''

),

reviews as (

    select
        meetings.*,
        thresholds.outcome_hours,
        {{ dbt.dateadd('hour', 'thresholds.outcome_hours', 'meetings.ends_at') }} as due_at
    from {{ ref('int_manager_meetings') }} as meetings
    cross join {{ ref('int_as_of') }} as as_of
    cross join thresholds
    where meetings.meeting_kind in ('pipeline_review', 'quarterly_review')
        and meetings.is_held
        and meetings.ends_at >= {{ dbt.dateadd('day', '-thresholds.held_within_days', 'as_of.as_of_at') }}
        and {{ dbt.dateadd('hour', 'thresholds.outcome_hours', 'meetings.ends_at') }} < as_of.as_of_at

),

people as (

    select
        meeting_id,
        manager_id as user_id,
        starts_at,
        due_at
    from reviews

    union all

    select
        reviews.meeting_id,
        attendees.attendee_id as user_id,
        reviews.starts_at,
        reviews.due_at
    from reviews
    inner join {{ ref('int_meeting_attendees') }} as attendees on reviews.meeting_id = attendees.meeting_id

),

versions as (

    select
        versions.opportunity_id,
        versions.version_number,
        versions.owner_id,
        versions.valid_from
    from {{ ref('fct_opportunity_versions') }} as versions
    where versions.valid_from >= (select min(reviews.starts_at) from reviews)

),

outcomes as (

    select
        owner_id as user_id,
        valid_from as outcome_at
    from versions

    union all

    select
        earlier.owner_id as user_id,
        versions.valid_from as outcome_at
    from versions
    inner join {{ ref('fct_opportunity_versions') }} as earlier
        on versions.opportunity_id = earlier.opportunity_id
            and versions.version_number - 1 = earlier.version_number

    {% for person in ['owner_id', 'created_by_id'] %}
    union all

    select
        {{ person }} as user_id,
        created_at as outcome_at
    from {{ ref('stg_salesforce__tasks') }}
    where created_at >= (select min(reviews.starts_at) from reviews)

    {% endfor %}
),

fruitful as (

    select distinct people.meeting_id
    from people
    inner join outcomes
        on people.user_id = outcomes.user_id
            and people.starts_at < outcomes.outcome_at
            and people.due_at >= outcomes.outcome_at

)

select
    'MGR-06' as rule_id,
    'Event' as record_object,
    reviews.meeting_id as record_id,
    reviews.meeting_name as record_name,
    reviews.manager_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'For ' || cast(reviews.outcome_hours as {{ dbt.type_string() }})
    || ' hours after the review of '
    || cast({{ local_date('reviews.starts_at') }} as {{ dbt.type_string() }})
    || ' no deal of anyone there changed, and no task was made' as detail
from reviews
left join fruitful on reviews.meeting_id = fruitful.meeting_id
where fruitful.meeting_id is null
