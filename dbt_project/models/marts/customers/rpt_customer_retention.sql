{#
    How much of the business with its customers each scope kept and enlarged in each fiscal quarter and year. The
    owner is the account's as of now, at both ends of the period. Until wins are known for a whole term some
    customers of the period's start cannot be seen, so that there is no ratio.
#}
{% set counts = [
    'customer_count', 'kept_count', 'new_count', 'unsized_count', 'due_count', 'renewed_count', 'lost_count',
    'lapsed_count', 'undecided_count',
] %}
{% set amounts = [
    'start_amount', 'new_amount', 'expansion_amount', 'contraction_amount', 'churned_amount', 'end_amount',
    'due_amount', 'renewed_amount',
] %}

with known as (
    select min(start_date) as first_date from {{ ref('int_contracts_dated') }}
),

placed as (
    select
        summed.*,
        periods.period_label,
        periods.is_complete,
        case
            when
                {{ dbt.dateadd('month', var('contract_term_months'), 'known.first_date') }}
                <= periods.period_start_date
                then 1
        end as known_factor
    from {{ ref('int_retention_summed') }} as summed
    cross join known
    inner join {{ ref('dim_periods') }} as periods
        on
            summed.period_kind = periods.period_kind
            and summed.period_start_date = periods.period_start_date
)

select
    scope_kind,
    scope_id,
    scope_name,
    period_kind,
    period_start_date,
    period_label,
    {% for name in counts %}
    cast({{ name }} as bigint) as {{ name }},
    {% endfor %}
    {% for name in amounts %}
    cast({{ name }} as decimal(18, 2)) as {{ name }},
    {% endfor %}
    {% for name, part, whole in [
        ('renewal_rate', 'renewed_count', 'due_count'),
        ('decided_renewal_rate', 'renewed_count', 'due_count - undecided_count'),
        ('renewal_value_rate', 'renewed_amount', 'due_amount'),
        ('gross_retention_rate', '(start_amount - churned_amount - contraction_amount)', 'start_amount'),
        ('net_retention_ratio', '(start_amount - churned_amount - contraction_amount + expansion_amount)', 'start_amount'),
        ('logo_retention_rate', 'kept_count', 'customer_count'),
    ] %}
    known_factor * cast({{ part }} as double) / nullif({{ whole }}, 0) as {{ name }},
    {% endfor %}
    case
        when known_factor is null
            then 'The period begins before wins are known for a whole contract term.'
    end as unknown_reason,
    is_complete
from placed
