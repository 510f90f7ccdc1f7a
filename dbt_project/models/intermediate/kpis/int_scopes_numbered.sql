{#
    Whom figures are told of, by number, and since when: what came before a team or seller had done anything says
    nothing about what is usual.
#}

with worked as (

    select
        owner_id,
        min(measure_date) as first_date

    from {{ ref('int_measures_daily') }}
    group by owner_id

    union all

    select
        coalesce(daily.owner_id, '') as owner_id,
        min(daily.snapshot_date) as first_date

    from {{ ref('fct_pipeline_daily') }} as daily
    group by daily.owner_id

)

select
    cast(row_number() over (order by scopes.scope_kind asc, scopes.scope_id asc) as integer) as scope_number,
    scopes.scope_kind,
    scopes.scope_id,
    scopes.scope_name,
    min(worked.first_date) as first_date

from {{ ref('int_scopes_membered') }} as scopes
inner join worked
    on scopes.owner_id = worked.owner_id
group by scopes.scope_kind, scopes.scope_id, scopes.scope_name
