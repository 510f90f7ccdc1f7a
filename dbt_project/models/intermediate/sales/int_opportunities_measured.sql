{# Each deal that is not deleted, with what its history, its activities and its stage say of it. #}

{{ config(materialized='view') }}

with opportunities as (
    select * from {{ ref('int_opportunities_classified') }}
    where not is_deleted
),

spells as (
    select * from {{ ref('int_stage_spells_collapsed') }}
    where is_current
)

select
    opportunities.*,
    stages.stage_order,
    stages.default_probability_rate,
    win_rates.win_rate as stage_win_rate,
    spells.entered_at as stage_entered_at,
    closings.closed_at,
    coalesce(pushes.push_count, 0) as push_count,
    activities.last_activity_at,
    activities.next_activity_date,
    coalesce(contact_roles.contact_role_count, 0) as contact_role_count
from opportunities
left join spells on opportunities.opportunity_id = spells.opportunity_id
left join {{ ref('int_sales_stages_resolved') }} as stages
    on
        opportunities.sales_process = stages.sales_process
        and opportunities.stage_name = stages.stage_name
left join {{ ref('int_stage_win_rates_estimated') }} as win_rates
    on
        opportunities.sales_process = win_rates.sales_process
        and opportunities.stage_name = win_rates.stage_name
left join {{ ref('int_opportunity_closings_observed') }} as closings
    on opportunities.opportunity_id = closings.opportunity_id
left join {{ ref('int_close_date_pushes_counted') }} as pushes
    on opportunities.opportunity_id = pushes.opportunity_id
left join {{ ref('int_opportunity_activity_summarized') }} as activities
    on opportunities.opportunity_id = activities.opportunity_id
left join {{ ref('int_contact_roles_counted') }} as contact_roles
    on opportunities.opportunity_id = contact_roles.opportunity_id
