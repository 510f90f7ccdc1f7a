{#
    Days are counted by the calendar: of what was written down on a later day only the day is known. A deal that was
    never touched has been idle since it was created.
#}

with limited as (
    select
        deals.*,
        {{ local_date('coalesce(deals.last_activity_at, deals.created_at)') }} as touched_date,
        coalesce(own_stages.idle_limit_days, deals.default_idle_limit_days) as limit_days
    from {{ open_deals('OPP-04', ['default_idle_limit_days']) }} as deals
    left join {{ ref('dim_sales_stages') }} as own_stages
        on deals.sales_process = own_stages.sales_process and deals.stage_name = own_stages.stage_name
)

select
    {{ deal_finding('OPP-04', "
        {case when last_activity_at is null then 'Never touched since it was created on' else 'Nothing done since' end}
        {touched_date}; the limit in {stage_name} is {limit_days} days
    ") }}
from limited
where {{ dbt.datediff('touched_date', 'as_of_date', 'day') }} > limit_days
