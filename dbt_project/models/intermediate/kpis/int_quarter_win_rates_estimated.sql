{#
    How many of the deals due in a quarter were won before it ended, from the same point of past quarters, by
    the stage they were in. Drawn toward the rate of the process, and that toward the rate of all, the more
    the fewer deals there are. One quarter alone shows no habit: there are no rates from fewer than two.
#}
{% set prior = var('stage_win_rate_prior_count') %}

with deals as (
    select *, case when is_won_in_quarter then 1 else 0 end as won
    from {{ ref('int_due_deals_replayed') }}
),

stages as (
    select * from {{ ref('int_sales_stages_resolved') }}
    where not is_closed
),

horizons as (
    select
        horizon,
        count(distinct fiscal_quarter_start_date) as quarter_count,
        avg(cast(won as double)) as win_rate
    from deals
    group by horizon
    having count(distinct fiscal_quarter_start_date) >= 2
),

processes as (
    select
        deals.horizon,
        deals.sales_process,
        (sum(deals.won) + {{ prior }} * max(horizons.win_rate)) / (count(*) + {{ prior }}) as win_rate
    from deals
    inner join horizons on deals.horizon = horizons.horizon
    group by deals.horizon, deals.sales_process
),

seen as (
    select horizon, sales_process, stage_name, count(*) as due_count, sum(won) as won_count
    from deals
    group by horizon, sales_process, stage_name
)

select
    horizons.horizon,
    stages.sales_process,
    stages.stage_name,
    horizons.quarter_count,
    cast(coalesce(seen.due_count, 0) as bigint) as due_count,
    cast(coalesce(seen.won_count, 0) as bigint) as won_count,
    cast(seen.won_count as double) / seen.due_count as observed_win_rate,
    cast(
        (coalesce(seen.won_count, 0) + {{ prior }} * coalesce(processes.win_rate, horizons.win_rate))
        / (coalesce(seen.due_count, 0) + {{ prior }}) as double
    ) as win_rate
from horizons
cross join stages
left join processes
    on
        horizons.horizon = processes.horizon
        and stages.sales_process = processes.sales_process
left join seen
    on
        horizons.horizon = seen.horizon
        and stages.sales_process = seen.sales_process
        and stages.stage_name = seen.stage_name
