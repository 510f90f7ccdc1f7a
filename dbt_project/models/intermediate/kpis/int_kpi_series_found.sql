{#
    The series that are told of: one scope's figures of one metric and kind of period. One without any figure or goal in
    the periods that are kept is left out, but for the company's.
#}
{% set metrics = kpi_metrics() %}

with found as (
    select
        scope_number,
        {% for metric in metrics %}
        max(case when is_whole or {{ metric }} <> 0 then 1 else 0 end)
            as {{ metric }},
        {% endfor %}
        kind_number
    from {{ ref('int_kpis_placed') }}
    where is_kept
    group by scope_number, kind_number
),

goals as (
    select distinct goals.scope_number, placed.kind_number, goals.metric_number
    from {{ ref('int_kpi_goals') }} as goals
    inner join {{ ref('int_kpis_placed') }} as placed
        on
            goals.scope_number = placed.scope_number
            and goals.told_number = placed.told_number
    where placed.is_kept
),

present as (
    {% for metric in metrics %}
    select scope_number, kind_number, {{ loop.index }} as metric_number
    from found
    where {{ metric }} = 1
    union
    {% endfor %}
    select scope_number, kind_number, metric_number
    from goals
    where metric_number is not null
)

{{ followed(['scope_number', 'kind_number', 'metric_number'], []) }}
