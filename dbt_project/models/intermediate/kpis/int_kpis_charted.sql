{{ config(materialized='view') }}
{#
    Each figure beside its own past (XmR chart): mean ± 2.66 × mean moving range of up to twelve periods before, of the
    running one on the same day. Metrics side by side, as windows over a row for each cost four times as much.
#}
{% set metrics = kpi_metrics() %}
{# Sums that need the same of the history are known in the same periods: these are counted once. #}
{% set counted = {} %}
{% for metric, needs in metrics.items() %}
{% do counted.setdefault(metric if needs == 'ratio' else needs, metric) %}
{% endfor %}

with known as (
    select * from {{ ref('int_kpis_known') }}
    -- sums of neighbours are in the processor's cache
    order by scope_number asc, told_number asc
),

moved as (
    select
        {% for metric in metrics %}
        earlier.{{ metric }} as previous_{{ metric }},
        abs(known.{{ metric }} - earlier.{{ metric }}) as move_of_{{ metric }},
        {% endfor %}
        known.*
    from known
    left join {{ ref('int_periods_compared') }} as compared
        on known.told_number = compared.told_number and compared.is_alike and compared.periods_apart = 1
    left join known as earlier
        on known.scope_number = earlier.scope_number and compared.past_number = earlier.told_number
),

expected as (
    select
        sides.scope_number,
        {% for metric in metrics %}
        avg(moved.{{ metric }}) as {{ metric }},
        2.66 * avg(case when compared.periods_apart < 12 then moved.move_of_{{ metric }} end)
            as variation_of_{{ metric }},
        {% endfor %}
        {% for name, metric in counted.items() %}
        count(moved.{{ metric }}) as count_of_{{ name }},
        {% endfor %}
        sides.told_number
    from {{ ref('int_kpis_sided') }} as sides
    inner join {{ ref('int_periods_compared') }} as compared
        on sides.told_number = compared.told_number and compared.is_expected_of
    inner join moved
        on sides.scope_number = moved.scope_number and compared.past_number = moved.told_number
    group by sides.scope_number, sides.told_number
),

sided as (
    select
        known.scope_number,
        {% for metric in metrics %}
        cast(sign(known.{{ metric }} - expected.{{ metric }}) as integer) as {{ metric }},
        {% endfor %}
        known.told_number
    from known
    inner join expected
        on known.scope_number = expected.scope_number and known.told_number = expected.told_number
),

run as (
    select
        sided.scope_number,
        {% for metric in metrics %}
        cast(sum(sided.{{ metric }}) as smallint) as {{ metric }},
        {% endfor %}
        compared.told_number
    from sided
    inner join {{ ref('int_periods_compared') }} as compared
        on sided.told_number = compared.past_number and compared.is_alike and compared.periods_apart < 8
    group by sided.scope_number, compared.told_number
)

select
    moved.scope_number,
    {% for metric, needs in metrics.items() %}
    moved.{{ metric }},
    moved.previous_{{ metric }},
    same_day.{{ metric }} as same_day_{{ metric }},
    expected.{{ metric }} as expected_{{ metric }},
    expected.variation_of_{{ metric }},
    coalesce(expected.count_of_{{ metric if needs == 'ratio' else needs }}, 0) as count_of_{{ metric }},
    -- eight where all the last eight figures lie above what was expected of them, minus eight where below
    coalesce(run.{{ metric }}, 0) as side_of_{{ metric }},
    {% endfor %}
    moved.kind_number,
    moved.told_number
from {{ ref('int_kpis_touched') }} as touched
inner join moved
    on touched.scope_number = moved.scope_number and touched.told_number = moved.told_number
left join {{ ref('int_periods_compared') }} as compared
    on moved.told_number = compared.told_number and not compared.is_alike and compared.periods_apart = 1
left join known as same_day
    on moved.scope_number = same_day.scope_number and compared.past_number = same_day.told_number
left join expected
    on moved.scope_number = expected.scope_number and moved.told_number = expected.told_number
left join run on moved.scope_number = run.scope_number and moved.told_number = run.told_number
where {{ is_of_part('touched.scope_number') }}
