{{ config(materialized='view') }}
{# The figures as far as known: zero where nothing happened, empty where the history does not reach. #}
{% set known = {'whole': 'is_whole_known', 'end': 'is_end_known', 'nothing': 'true'} %}

select
    scope_number,
    {% for metric, needs in kpi_metrics().items() %}
    {% if needs == 'ratio' %}
    {{ metric }},
    {% else %}
    case when {{ known[needs] }} then coalesce({{ metric }}, 0) end as {{ metric }},
    {% endif %}
    {% endfor %}
    kind_number,
    told_number,
    is_kept

from {{ ref('int_kpis_placed') }}
