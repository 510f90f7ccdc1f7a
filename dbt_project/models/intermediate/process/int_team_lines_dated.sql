{#
    Who of those who sell or lead reported to whom, and from when to when; nobody: a null manager. Before the first sync
    the CRM keeps no history of users, so the first manager seen stands for all the time before.
#}

{{ config(materialized='table') }}

with people as (
    select * from {{ ref('dim_users') }}
    where is_person
),

seller_roles as (
    select distinct role_name from people
    where is_active and is_seller and role_name is not null
),

departures as (
    select user_id, min(last_modified_at) as left_at
    from {{ ref('stg_salesforce__user_changes') }}
    where not is_active
    group by user_id
),

lines as (
    select
        people.user_id,
        people.user_name,
        people.is_manager,
        versions.manager_id,
        greatest(versions.valid_from, people.created_at) as valid_from,
        least(
            coalesce(versions.valid_to, {{ end_of_time() }}),
            case when people.is_active then {{ end_of_time() }} else departures.left_at end
        ) as valid_to
    from people
    inner join {{ ref('int_users_versioned') }} as versions on people.user_id = versions.user_id
    left join departures on people.user_id = departures.user_id
    where people.is_seller
        or people.is_manager
        or people.role_name in (select seller_roles.role_name from seller_roles)
)

select * from lines
where valid_from < valid_to
