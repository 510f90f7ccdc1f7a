{#
    Medians of what was won in each period, which no sums give: over the wins themselves. Wins without an amount above
    zero have no size.
#}
{% set medians = {
    'median_deal_amount': 'case when wins.is_sized then cast(wins.amount as double) end',
    'median_cycle_days': 'wins.sales_cycle_days',
    'median_qualified_cycle_days': 'wins.qualified_cycle_days',
} %}

with scopes as (
    select numbered.scope_number, membered.owner_id
    from {{ ref('int_scopes_membered') }} as membered
    inner join {{ ref('int_scopes_numbered') }} as numbered
        on membered.scope_kind = numbered.scope_kind and membered.scope_id = numbered.scope_id
),

present as (
    select
        scopes.scope_number,
        {% for metric, value in medians.items() %}
        cast({{ percentile(value, 0.5) }} as double) as {{ metric }},
        {% endfor %}
        period_days.told_number
    from {{ ref('int_wins_placed') }} as wins
    inner join {{ ref('int_period_days') }} as period_days on wins.close_date = period_days.date_day
    inner join scopes on coalesce(wins.owner_id, '') = scopes.owner_id
    group by scopes.scope_number, period_days.told_number
)

{{ followed(['scope_number', 'told_number'], medians | list) }}
