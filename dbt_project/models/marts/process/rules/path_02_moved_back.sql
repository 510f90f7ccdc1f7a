{# Only stages of a deal's own process are compared: a stay in one of another process is passed over. #}

with judged as (

    {{ deals_judged_by('PATH-02') }}

),

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
    'PATH-02' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    case
        when returns.return_count = 1 then 'Moved back from '
        else 'Moved back ' || cast(returns.return_count as {{ dbt.type_string() }}) || ' times, at last from '
    end
    || returns.left_stage_name || ' to ' || returns.stage_name
    || ' on ' || cast({{ local_date('returns.entered_at') }} as {{ dbt.type_string() }}) as detail
from judged
inner join returns
    on
        judged.opportunity_id = returns.opportunity_id
        and returns.recency = 1
