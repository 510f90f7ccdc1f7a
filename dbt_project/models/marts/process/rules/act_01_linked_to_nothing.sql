select
    {{ activity_finding('ACT-01', "
        {coalesce(activity_type, 'Activity')} entered on {created_at|date} is linked to no deal, account, contact or lead
    ", of='activities') }}
from {{ ref('int_activities_logged') }} as activities
cross join {{ limits_of('ACT-01', ['logged_within_days']) }} as limits
where
    activities.what_id is null
    and activities.who_id is null
    and activities.account_id is null
    and activities.created_at >= {{ dbt.dateadd('day', '-limits.logged_within_days', 'limits.as_of_at') }}
    and (
        activities.activity_kind = 'task'
        or activities.activity_type is null
        or activities.activity_type not in (
            select kinds.event_type from {{ ref('meeting_kinds') }} as kinds
            where kinds.event_type is not null
        )
    )
