{#
    Medians of what was won in each period, which no sums give: over the wins themselves, and of past periods also up
    to the same day as today is of the running one. Wins without an amount above zero have no size.
#}
{% set medians = {
    'median_deal_amount': 'case when wins.is_sized then cast(wins.amount as double) end',
    'median_cycle_days': 'wins.sales_cycle_days',
    'median_qualified_cycle_days': 'wins.qualified_cycle_days',
} %}

with wins as (

    select
        scopes.scope_kind,
        scopes.scope_id,
        period_days.period_kind,
        period_days.period_start_date,
        {% for metric, value in medians.items() %}
        {{ value }} as {{ metric }},
        {% endfor %}
        period_days.is_to_same_day

    from {{ ref('int_wins_placed') }} as wins
    inner join {{ ref('int_period_days') }} as period_days
        on wins.close_date = period_days.date_day
    inner join {{ ref('int_scopes_membered') }} as scopes
        on coalesce(wins.owner_id, '') = scopes.owner_id

),

measured as (

    select
        period_kind,
        period_start_date,
        scope_kind,
        {% for metric in medians %}
        {{ percentile(metric, 0.5) }} as {{ metric }},
        {{ percentile('case when is_to_same_day then ' ~ metric ~ ' end', 0.5) }} as {{ metric }}_to_same_day,
        {% endfor %}
        scope_id

    from wins
    group by period_kind, period_start_date, scope_kind, scope_id

)

{% for metric in medians %}
select
    period_kind,
    period_start_date,
    scope_kind,
    scope_id,
    {{ quoted(metric) }} as metric,
    cast({{ metric }} as double) as actual,
    cast({{ metric }}_to_same_day as double) as to_same_day

from measured
where {{ metric }} is not null
{{ 'union all' if not loop.last }}
{% endfor %}
