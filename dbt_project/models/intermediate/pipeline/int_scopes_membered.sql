{#
    Whom a figure is told for: the company, each selling team and each seller, with the owners that count in.
    What belongs to somebody who is no known user, to a queue or to nobody (blank) counts in the company.
#}

with users as (
    select * from {{ ref('dim_users') }}
),

owners as (
    select user_id as owner_id from users
    union
    select coalesce(owner_id, '') as owner_id from {{ ref('fct_opportunity_versions') }}
    union
    select coalesce(owner_id, '') as owner_id from {{ ref('stg_salesforce__leads') }}
    union
    select coalesce(owner_id, '') as owner_id from {{ ref('int_activities_unioned') }}
)

select 'company' as scope_kind, 'company' as scope_id, 'Company' as scope_name, owner_id
from owners

union all

select
    'team' as scope_kind,
    teams.team_id as scope_id,
    teams.team_name as scope_name,
    reporting.user_id as owner_id
from {{ ref('dim_teams') }} as teams
inner join {{ ref('dim_reporting_lines') }} as reporting on teams.team_id = reporting.manager_id
where teams.is_selling

union all

select 'owner' as scope_kind, user_id as scope_id, user_name as scope_name, user_id as owner_id
from users
where is_seller
