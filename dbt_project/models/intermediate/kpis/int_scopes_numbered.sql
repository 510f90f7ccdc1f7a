{#
    Whom figures are told of, each by a number that it keeps, and since when: what came before a team or seller had done
    anything says nothing about what is usual.
#}

with worked as (
    select owner_id, min(measure_date) as first_date
    from {{ ref('int_measures_daily') }}
    where not is_gone
    group by owner_id
    union all
    select coalesce(owner_id, '') as owner_id, min(first_date) as first_date
    from {{ ref('int_pipeline_levels_dated') }}
    group by owner_id
),

scopes as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        min(worked.first_date) as first_date
    from {{ ref('int_scopes_membered') }} as scopes
    inner join worked on scopes.owner_id = worked.owner_id
    group by scopes.scope_kind, scopes.scope_id, scopes.scope_name
),

present as (
    {% if is_partial() %}
    select
        scopes.*,
        cast(coalesce(
            numbered.scope_number,
            (select coalesce(max(earlier.scope_number), 0) from {{ this }} as earlier) + row_number() over (
                partition by numbered.scope_number is null order by scopes.scope_kind asc, scopes.scope_id asc
            )
        ) as integer) as scope_number
    from scopes
    left join {{ this }} as numbered
        on
            scopes.scope_kind = numbered.scope_kind
            and scopes.scope_id = numbered.scope_id
    {% else %}
    select
        *,
        cast(row_number() over (order by scope_kind asc, scope_id asc) as integer) as scope_number
    from scopes
    {% endif %}
)

{{ followed(['scope_kind', 'scope_id'], ['scope_number', 'scope_name', 'first_date']) }}
