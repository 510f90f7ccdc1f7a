{#
    Which plan holds for which seller in a fiscal quarter, of those valid on its first day: the one for the person
    before the one for the title, that before the one for all. Managers have none, since their quota is the team's.
#}

with ranked as (
    select
        sellers.owner_id,
        sellers.owner_name,
        sellers.manager_id,
        quarters.period_start_date,
        quarters.period_label,
        quarters.is_complete,
        offers.plan_id,
        offers.plan_name,
        offers.is_example,
        row_number() over (
            partition by sellers.owner_id, quarters.period_start_date
            order by
                case offers.scope_kind when 'user' then 1 when 'title' then 2 else 3 end asc,
                offers.valid_from desc,
                offers.plan_id asc
        ) as preference
    from {{ ref('pay_plans') }} as offers
    inner join {{ ref('dim_periods') }} as quarters
        on
            quarters.period_kind = 'quarter'
            and not quarters.is_future
            and quarters.period_start_date >= offers.valid_from
            and (quarters.period_start_date <= offers.valid_to or offers.valid_to is null)
    inner join {{ ref('int_sellers_hired') }} as sellers
        on
            offers.scope_kind = 'all'
            or (offers.scope_kind = 'title' and lower(offers.scope) = sellers.title)
            or (offers.scope_kind = 'user' and lower(offers.scope) = sellers.email)
)

select
    owner_id,
    owner_name,
    manager_id,
    period_start_date,
    period_label,
    is_complete,
    plan_id,
    plan_name,
    is_example
from ranked
where preference = 1
