{#
    What each person brought in and did in each period: flows added up over its days, levels picked at its last. A view, or a
    table filled in parts where there is too much to be added up at once.
#}

with flows as (
    select
        daily.owner_id,
        {% for measure in kpi_flows() %}
        cast(sum(daily.{{ measure }}) as {{ kpi_type(measure) }}) as {{ measure }},
        {% endfor %}
        period_days.told_number
    from {{ ref('int_measures_daily') }} as daily
    inner join {{ ref('int_period_days') }} as period_days
        on daily.measure_date = period_days.date_day
    where not daily.is_gone and {{ is_of_part('daily.owner_id') }}
    group by daily.owner_id, period_days.told_number
),

levels as (
    select levels.*, period_days.told_number
    from {{ ref('int_owner_levels_dated') }} as levels
    inner join {{ ref('int_period_days') }} as period_days
        on levels.level_date = period_days.date_day
    where period_days.is_last_day and {{ is_of_part('levels.owner_id') }}
)

select
    coalesce(flows.owner_id, levels.owner_id) as owner_id,
    {% for measure in kpi_flows() %}
    flows.{{ measure }},
    {% endfor %}
    {% for measure in kpi_levels() %}
    levels.{{ measure }},
    {% endfor %}
    coalesce(flows.told_number, levels.told_number) as told_number
from flows
full outer join levels
    on flows.owner_id = levels.owner_id and flows.told_number = levels.told_number
