{{ config(materialized='view') }}
{# How many periods fct_kpis keeps of teams and sellers, the running one among them. The company keeps all. #}

{% for scope_kind in ['team', 'owner'] %}
{% set is_last = loop.last %}
{% for period_kind in ['day', 'week', 'month', 'quarter'] %}
select
    {{ quoted(scope_kind) }} as scope_kind,
    {{ quoted(period_kind) }} as period_kind,
    {{ var(scope_kind ~ '_' ~ period_kind ~ 's_kept') }} as period_count
{{ 'union all' if not (is_last and loop.last) }}
{% endfor %}
{% endfor %}
