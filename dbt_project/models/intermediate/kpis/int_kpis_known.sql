{{ config(materialized='view') }}
{#
    The figures that a build reads, as far as known: zero where nothing happened, empty where the history does not reach.
#}
{% set known = {'whole': 'placed.is_whole_known', 'end': 'placed.is_end_known', 'nothing': 'true'} %}

select
    placed.scope_number,
    {% for metric, needs in kpi_metrics().items() %}
    {% if needs == 'ratio' %}
    placed.{{ metric }},
    {% else %}
    case when {{ known[needs] }} then coalesce(placed.{{ metric }}, 0) end as {{ metric }},
    {% endif %}
    {% endfor %}
    placed.kind_number,
    placed.told_number
from {{ ref('int_kpis_placed') }} as placed
inner join {{ ref('int_kpis_reached') }} as reached
    on placed.scope_number = reached.scope_number and placed.told_number = reached.told_number
