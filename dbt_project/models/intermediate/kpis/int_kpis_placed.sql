{{ config(materialized='view') }}
{# The figures of each scope, side by side, in every period in which they are kept or looked back to. #}

select
    spanned.is_whole,
    spanned.kind_number,
    spanned.told_number,
    spanned.is_whole_known,
    spanned.is_end_known,
    spanned.is_kept,
    {% for metric in kpi_metrics() %}
    figures.{{ metric }},
    {% endfor %}
    spanned.scope_number
from {{ ref('int_kpis_spanned') }} as spanned
left join {{ ref('int_kpis_related') }} as figures
    on
        spanned.told_number = figures.told_number
        and spanned.scope_number = figures.scope_number
        and {{ is_of_part('figures.scope_number') }}
where {{ is_of_part('spanned.scope_number') }}
