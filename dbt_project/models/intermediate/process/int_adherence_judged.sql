{#
    Closed deals by whether they had kept to a practice of their own process when they came to a point that winners and
    losers alike have come to. Only what was so by then counts. Beside it, at the point 'closed', what the naive eye
    sees: all closed deals, by what had become of them in the end.
#}

{{ config(materialized='view') }}

with ways as (
    select * from {{ ref('int_stage_arrivals_found') }}
),

named as (
    select opportunity_id, min(created_at) as named_at
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where is_primary
    group by opportunity_id
)

select
    ways.opportunity_id,
    ways.sales_process,
    'stages_in_order' as practice,
    ways.common_point,
    ways.owner_id,
    cast(null as bigint) as arrived_order,
    ways.is_in_order as is_followed,
    ways.is_won
from ways

union all

select
    ways.opportunity_id,
    ways.sales_process,
    'primary_contact_named' as practice,
    ways.common_point,
    ways.owner_id,
    -- how a deal came here says how much it has been sifted
    case when ways.common_point <> 'closed' then ways.arrived_order end as arrived_order,
    coalesce(named.named_at <= ways.arrived_at or ways.common_point = 'closed', false)
    and named.named_at is not null as is_followed,
    ways.is_won
from ways
left join named on ways.opportunity_id = named.opportunity_id
where ways.common_point <> 'last_stage'
