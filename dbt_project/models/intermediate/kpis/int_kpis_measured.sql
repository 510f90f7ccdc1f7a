{#
    What each scope brought in and did in each period: flows added up over its days, levels picked at its last. One
    row for each scope and period in which there was anything. A seller's sums are those of the person.
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
    where not daily.is_gone
    group by daily.owner_id, period_days.told_number

),

levels as (

    select
        levels.*,
        period_days.told_number

    from {{ ref('int_owner_levels_dated') }} as levels
    inner join {{ ref('int_period_days') }} as period_days
        on levels.level_date = period_days.date_day
    where period_days.is_last_day

),

by_owner as (

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
        on
            flows.owner_id = levels.owner_id
            and flows.told_number = levels.told_number

),

scopes as (

    select
        numbered.scope_number,
        numbered.scope_kind,
        membered.owner_id

    from {{ ref('int_scopes_membered') }} as membered
    inner join {{ ref('int_scopes_numbered') }} as numbered
        on
            membered.scope_kind = numbered.scope_kind
            and membered.scope_id = numbered.scope_id

),

present as (

    select
        scopes.scope_number,
        {% for measure in kpi_flows() + kpi_levels() %}
        by_owner.{{ measure }},
        {% endfor %}
        by_owner.told_number

    from by_owner
    inner join scopes
        on by_owner.owner_id = scopes.owner_id
    where scopes.scope_kind = 'owner'

    union all

    select
        scopes.scope_number,
        {% for measure in kpi_flows() + kpi_levels() %}
        cast(sum(by_owner.{{ measure }}) as {{ kpi_type(measure) }}) as {{ measure }},
        {% endfor %}
        by_owner.told_number

    from by_owner
    inner join scopes
        on by_owner.owner_id = scopes.owner_id
    where scopes.scope_kind <> 'owner'
    group by scopes.scope_number, by_owner.told_number

)

{{ followed(['scope_number', 'told_number'], kpi_flows() + kpi_levels()) }}
