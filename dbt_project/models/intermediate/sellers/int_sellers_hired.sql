{#
    Who sells, and since when. The CRM does not know: the day on which the user was set up stands in where the seed
    hire_dates is silent, and is marked as assumed. A line by user id goes before one by e-mail address. Managers are
    left out: what they have to reach is their team's.
#}

select
    sellers.user_id as owner_id,
    sellers.user_name as owner_name,
    sellers.manager_id,
    sellers.email,
    coalesce(lower(sellers.title), '') as title,
    sellers.is_active,
    coalesce(by_id.hire_date, by_email.hire_date, {{ local_date('sellers.created_at') }}) as hire_date,
    coalesce(by_id.hire_date, by_email.hire_date) is null as is_hire_date_assumed
from {{ ref('dim_users') }} as sellers
left join {{ ref('dim_teams') }} as teams on sellers.user_id = teams.team_id
left join {{ ref('hire_dates') }} as by_id on sellers.user_id = by_id.user_key
left join {{ ref('hire_dates') }} as by_email on sellers.email = lower(by_email.user_key)
where sellers.is_seller and teams.team_id is null
