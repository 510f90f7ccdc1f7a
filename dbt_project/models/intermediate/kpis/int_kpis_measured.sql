{#
    What each scope brought in and did in each period; one row for each in which there was anything. A seller's sums are
    those of the person.
#}

with by_owner as (
    select * from {{ ref('int_kpis_summed') }}
),

scopes as (
    select numbered.scope_number, numbered.scope_kind, membered.owner_id
    from {{ ref('int_scopes_membered') }} as membered
    inner join {{ ref('int_scopes_numbered') }} as numbered
        on membered.scope_kind = numbered.scope_kind and membered.scope_id = numbered.scope_id
),

present as (
    select
        scopes.scope_number,
        {% for measure in kpi_flows() + kpi_levels() %}
        by_owner.{{ measure }},
        {% endfor %}
        by_owner.told_number
    from by_owner
    inner join scopes on by_owner.owner_id = scopes.owner_id
    where scopes.scope_kind = 'owner'
    union all
    select
        scopes.scope_number,
        {% for measure in kpi_flows() + kpi_levels() %}
        cast(sum(by_owner.{{ measure }}) as {{ kpi_type(measure) }}) as {{ measure }},
        {% endfor %}
        by_owner.told_number
    from by_owner
    inner join scopes on by_owner.owner_id = scopes.owner_id
    where scopes.scope_kind <> 'owner'
    group by scopes.scope_number, by_owner.told_number
)

{{ followed(['scope_number', 'told_number'], kpi_flows() + kpi_levels()) }}
