{# The sales processes that deals are judged against, with how their deals have gone so far. #}

with stages as (
    select
        sales_process,
        sum(case when is_closed then 0 else 1 end) as open_stage_count,
        min(case when stage_order = 1 then stage_name end) as first_stage_name,
        max(case when is_inferred then 1 else 0 end) = 1 as is_inferred
    from {{ ref('int_sales_stages_resolved') }}
    group by sales_process
),

deals as (
    select
        sales_process,
        min(record_type) as record_type,
        count(*) as opportunity_count,
        sum(case when is_open then 1 else 0 end) as open_count,
        sum(case when is_won then 1 else 0 end) as won_count,
        sum(case when is_lost then 1 else 0 end) as lost_count,
        {{ percentile('case when is_won then sales_cycle_days end', 0.5) }} as median_cycle_days,
        {{ percentile('case when is_won then sales_cycle_days end', 0.9) }} as p90_cycle_days
    from {{ ref('fct_opportunities') }}
    group by sales_process
)

select
    coalesce(stages.sales_process, deals.sales_process) as sales_process,
    deals.record_type,
    coalesce(stages.is_inferred, true) as is_inferred,
    stages.first_stage_name,
    cast(coalesce(stages.open_stage_count, 0) as bigint) as open_stage_count,
    cast(coalesce(deals.opportunity_count, 0) as bigint) as opportunity_count,
    cast(coalesce(deals.open_count, 0) as bigint) as open_count,
    cast(coalesce(deals.won_count, 0) as bigint) as won_count,
    cast(coalesce(deals.lost_count, 0) as bigint) as lost_count,
    cast(deals.won_count as double) / nullif(deals.won_count + deals.lost_count, 0) as win_rate,
    cast(deals.median_cycle_days as double) as median_cycle_days,
    cast(deals.p90_cycle_days as double) as p90_cycle_days
from stages
full outer join deals
    on stages.sales_process = deals.sales_process
