{#
    Who has goals of the seed, from when to when, and in which group: people whom the same lines of the seed speak of
    are told together. Nobody has goals before the first or, having left, after the last recorded work.
#}

with worked as (
    select owner_id, min(measure_date) as first_date, max(measure_date) as last_date
    from {{ ref('int_measures_daily') }}
    where not is_gone
    group by owner_id
),

named as (
    select distinct scope_kind, lower(scope) as scope
    from {{ ref('goals') }}
)

select
    sellers.user_id as owner_id,
    concat(coalesce(titles.scope, ''), '|', coalesce(mails.scope, '')) as goal_group,
    titles.scope as title,
    mails.scope as email,
    least(cast(sellers.created_at as date), coalesce(worked.first_date, cast(sellers.created_at as date)))
        as first_date,
    coalesce(case when not sellers.is_active then worked.last_date end, cast('9999-12-31' as date))
        as last_date
from {{ ref('dim_users') }} as sellers
left join worked on sellers.user_id = worked.owner_id
left join named as titles
    on
        lower(sellers.title) = titles.scope
        and titles.scope_kind = 'title'
left join named as mails
    on
        lower(sellers.email) = mails.scope
        and mails.scope_kind = 'user'
where sellers.is_seller and (sellers.is_active or worked.owner_id is not null)
