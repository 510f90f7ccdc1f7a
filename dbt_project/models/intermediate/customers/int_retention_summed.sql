{#
    Customers and renewals of each scope through each fiscal quarter and year. The company holds every account, that
    of nobody, too.
#}
{% set held = [
    'customer_count', 'kept_count', 'new_count', 'unsized_count', 'start_amount', 'new_amount',
    'expansion_amount', 'contraction_amount', 'churned_amount', 'end_amount',
] %}
{% set due = [
    'due_count', 'renewed_count', 'lost_count', 'lapsed_count', 'undecided_count', 'due_amount', 'renewed_amount',
] %}

with owners as (
    select owner_id, period_kind, period_start_date
    from {{ ref('int_customers_counted') }}
    union
    select owner_id, period_kind, period_start_date
    from {{ ref('int_renewals_counted') }}
),

scoped as (
    select owners.*, 'company' as scope_kind, 'company' as scope_id, 'Company' as scope_name
    from owners
    union all
    select owners.*, scopes.scope_kind, scopes.scope_id, scopes.scope_name
    from owners
    inner join {{ ref('int_scopes_membered') }} as scopes
        on owners.owner_id = scopes.owner_id and scopes.scope_kind <> 'company'
)

select
    {% for name in held %}
    coalesce(sum(held.{{ name }}), 0) as {{ name }},
    {% endfor %}
    {% for name in due %}
    coalesce(sum(due.{{ name }}), 0) as {{ name }},
    {% endfor %}
    scoped.scope_kind,
    scoped.scope_id,
    scoped.scope_name,
    scoped.period_kind,
    scoped.period_start_date
from scoped
left join {{ ref('int_customers_counted') }} as held
    on
        scoped.owner_id is not distinct from held.owner_id
        and scoped.period_kind = held.period_kind
        and scoped.period_start_date = held.period_start_date
left join {{ ref('int_renewals_counted') }} as due
    on
        scoped.owner_id is not distinct from due.owner_id
        and scoped.period_kind = due.period_kind
        and scoped.period_start_date = due.period_start_date
group by
    scoped.scope_kind, scoped.scope_id, scoped.scope_name, scoped.period_kind, scoped.period_start_date
