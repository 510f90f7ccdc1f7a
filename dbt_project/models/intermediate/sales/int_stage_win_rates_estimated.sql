{#
    Of the deals that reached a stage and are closed, how many were won. A deal that skipped a stage has
    reached it, and a won deal has reached all. Deals without history say nothing about stages. Rates are
    drawn toward the process's own rate, the more the fewer deals there are.
#}
{% set prior = var('stage_win_rate_prior_count') %}

with deals as (
    select deals.opportunity_id, deals.sales_process, deals.is_won, closings.has_history
    from {{ ref('int_opportunities_classified') }} as deals
    inner join {{ ref('int_opportunity_closings_observed') }} as closings
        on deals.opportunity_id = closings.opportunity_id
    where deals.is_closed and not deals.is_deleted
),

stages as (
    select *, min(stage_order) over (partition by sales_process) as first_stage_order
    from {{ ref('int_sales_stages_resolved') }}
    where not is_closed
),

furthest as (
    select deals.opportunity_id, max(stages.stage_order) as stage_order
    from deals
    inner join {{ ref('int_stage_spells_collapsed') }} as spells
        on deals.opportunity_id = spells.opportunity_id
    inner join stages
        on
            deals.sales_process = stages.sales_process
            and spells.stage_name = stages.stage_name
    group by deals.opportunity_id
),

overall as (
    select avg(case when is_won then 1.0 else 0.0 end) as win_rate
    from deals
),

processes as (
    select sales_process, avg(case when is_won then 1.0 else 0.0 end) as win_rate
    from deals
    group by sales_process
),

reached as (
    select
        stages.sales_process,
        stages.stage_name,
        count(*) as closed_count,
        cast(sum(case when deals.is_won then 1 else 0 end) as bigint) as won_count
    from deals
    inner join stages on deals.sales_process = stages.sales_process
    left join furthest on deals.opportunity_id = furthest.opportunity_id
    where
        deals.has_history
        and (deals.is_won or stages.stage_order <= coalesce(furthest.stage_order, stages.first_stage_order))
    group by stages.sales_process, stages.stage_name
)

select
    stages.sales_process,
    stages.stage_name,
    stages.stage_order,
    coalesce(reached.closed_count, 0) as closed_count,
    coalesce(reached.won_count, 0) as won_count,
    cast(reached.won_count as double) / nullif(reached.closed_count, 0) as observed_win_rate,
    coalesce(
        (coalesce(reached.won_count, 0) + {{ prior }} * coalesce(processes.win_rate, overall.win_rate))
        / (coalesce(reached.closed_count, 0) + {{ prior }}),
        stages.default_probability_rate
    ) as win_rate
from stages
left join reached
    on
        stages.sales_process = reached.sales_process
        and stages.stage_name = reached.stage_name
left join processes on stages.sales_process = processes.sales_process
cross join overall
