{#
    Whom each user reported to, and from when to when: as our syncs have seen it. Before the first sync the CRM
    keeps no history of users, so the first manager seen stands for all the time before.
#}

with seen as (
    select
        user_id,
        manager_id,
        row_number() over in_order as sight_number,
        max(last_modified_at) over in_order as seen_from,
        lag(manager_id) over in_order as previous_manager_id
    from {{ ref('stg_salesforce__user_changes') }}
    window in_order as (partition by user_id order by seen_at asc, last_modified_at asc)
),

changed as (
    select *, row_number() over (partition by user_id order by sight_number asc) as version_number
    from seen
    where
        sight_number = 1
        or manager_id is distinct from previous_manager_id
)

select
    user_id,
    manager_id,
    version_number,
    case when version_number = 1 then cast('1900-01-01' as {{ dbt.type_timestamp() }}) else seen_from end
        as valid_from,
    lead(seen_from) over (partition by user_id order by version_number asc) as valid_to
from changed
