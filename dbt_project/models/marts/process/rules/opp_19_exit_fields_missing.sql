{# What the exit of a stage asks for: the seed stage_exit_fields. #}

with missing as (
    select
        deals.opportunity_id,
        {{ dbt.listagg(
            "asked.field_label || ' (asked for by ' || asked.stage_name || ')'", "', '",
            "order by own_stages.stage_order, asked.field_label"
        ) }} as field_labels
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('stage_exit_fields') }} as asked on deals.sales_process = asked.sales_process
    inner join {{ ref('dim_sales_stages') }} as own_stages
        on
            asked.sales_process = own_stages.sales_process
            and asked.stage_name = own_stages.stage_name
            and deals.stage_order > own_stages.stage_order
    left join {{ primary_contacts() }} as primaries
        on deals.opportunity_id = primaries.opportunity_id
    where
        deals.is_open
        and case asked.field_name
            when 'amount' then coalesce(deals.record_amount, 0) = 0
            when 'next_step' then coalesce(trim(deals.next_step), '') = ''
            when 'account' then deals.account_id is null
            when 'primary_contact' then primaries.opportunity_id is null
        end
    group by deals.opportunity_id
)

select {{ deal_finding('OPP-19', "In {stage_name} without {field_labels}", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
inner join missing on deals.opportunity_id = missing.opportunity_id
