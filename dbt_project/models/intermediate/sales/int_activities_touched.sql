{#
    What activities that may count otherwise than at the last build belong to, or belonged to then: an owner's day, a
    deal, a contact, an account. They are those of which a version was loaded or superseded since, and calendar entries
    that ended since, as they have been held from then on. Of a task each day is told that it may have been done on.
    In a full build nobody asks, and none are told.
#}

with tasks as (
    select * from {{ ref('stg_salesforce__task_changes') }}
    where
        {{ is_loaded_since('loaded_at') }}
        or {{ is_loaded_since('superseded_at') }}
),

events as (
    select events.*
    from {{ ref('stg_salesforce__event_changes') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where
        {{ is_loaded_since('events.loaded_at') }}
        or {{ is_loaded_since('events.superseded_at') }}
        or coalesce(events.ends_at, events.starts_at, {{ utc_instant('events.event_date') }})
        between {{ built_as_of() }} and as_of.as_of_at
),

done as (
    {% for day in ['due_date', local_date('completed_at'), local_date('created_at')] %}
    select owner_id, what_id, who_id, account_id, {{ day }} as done_date
    from tasks
    union all
    {% endfor %}
    select
        owner_id,
        what_id,
        who_id,
        account_id,
        {{ local_date('coalesce(starts_at, ' ~ utc_instant('event_date') ~ ')') }} as done_date
    from events
)

select distinct
    coalesce(owner_id, '') as owner_id,
    done_date,
    {{ id_of('what_id', '006') }} as opportunity_id,
    coalesce(account_id, {{ id_of('what_id', '001') }}) as account_id,
    who_id
from done
where done_date is not null and {{ 'true' if changed_since() != '' else 'false' }}
