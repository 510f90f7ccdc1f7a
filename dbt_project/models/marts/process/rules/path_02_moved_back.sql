{# Only stages of a deal's own process are compared: a stay in one of another process is passed over. #}

with judged as {{ judged_deals('PATH-02') }},

stepped as (
    select
        spells.opportunity_id,
        spells.spell_number,
        spells.entered_at,
        own_stages.stage_name,
        own_stages.stage_order,
        lag(own_stages.stage_name) over in_order as left_stage_name,
        lag(own_stages.stage_order) over in_order as left_stage_order
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    inner join {{ ref('dim_sales_stages') }} as own_stages
        on
            judged.sales_process = own_stages.sales_process
            and spells.stage_name = own_stages.stage_name
            and not own_stages.is_closed
    window in_order as (partition by spells.opportunity_id order by spells.spell_number asc)
),

returns as (
    select
        *,
        count(*) over (partition by opportunity_id) as return_count,
        row_number() over (partition by opportunity_id order by spell_number desc) as recency
    from stepped
    where stage_order < left_stage_order
)

select
    {{ deal_finding('PATH-02', "
        Moved back{case when return_count > 1 then ' ' || return_count || ' times, at last' else '' end}
        from {left_stage_name} to {returns.stage_name} on {entered_at|date}
    ", of='judged') }}
from judged
inner join returns on judged.opportunity_id = returns.opportunity_id and returns.recency = 1
