{#
    Of the deals of a process that reached a stage in a fiscal quarter, how many reached the next one, and what became
    of them. A deal that skipped a stage has reached it when it passed it, and a won deal has reached all; a deal
    that came back has reached it once. Those deleted since have reached what they reached. While some are still open
    the cohort is not mature.
#}

with deals as (
    select
        known.opportunity_id,
        known.sales_process,
        known.stage_name,
        known.is_deleted,
        coalesce(alive.is_won, false) as is_won,
        coalesce(alive.is_lost, false) as is_lost,
        coalesce(alive.is_open, false) as is_open
    from {{ ref('int_opportunities_classified') }} as known
    left join {{ ref('fct_opportunities') }} as alive on known.opportunity_id = alive.opportunity_id
),

stood as (
    select
        spells.opportunity_id,
        deals.sales_process,
        spells.stage_name,
        min(case when spells.provenance <> 'current' then spells.entered_at end) as entered_at,
        sum({{ elapsed_days('spells.entered_at', 'coalesce(spells.exited_at, as_of.as_of_at)') }})
            as spent_days
    from {{ ref('int_stage_spells_collapsed') }} as spells
    cross join {{ ref('int_as_of') }} as as_of
    inner join deals on spells.opportunity_id = deals.opportunity_id
    group by spells.opportunity_id, deals.sales_process, spells.stage_name
),

steps as (
    -- who stood in a stage has reached all before it too, and a win is later than all
    select
        earlier.sales_process,
        earlier.stage_name,
        earlier.stage_order,
        passed.stage_name as passed_name,
        passed.is_won or passed.stage_order > earlier.stage_order as has_left
    from {{ ref('dim_sales_stages') }} as earlier
    inner join {{ ref('dim_sales_stages') }} as passed
        on
            earlier.sales_process = passed.sales_process
            and earlier.stage_order <= passed.stage_order
    where not earlier.is_closed and (passed.is_won or not passed.is_closed)
),

reached as (
    select
        stood.opportunity_id,
        steps.stage_name,
        max(steps.stage_order) as stage_order,
        min(stood.entered_at) as reached_at,
        max(case when steps.has_left and stood.entered_at is not null then 1 else 0 end) = 1
            as has_reached_next,
        max(case when steps.passed_name = steps.stage_name then stood.spent_days end) as spent_days
    from stood
    inner join steps
        on
            stood.sales_process = steps.sales_process
            and stood.stage_name = steps.passed_name
    group by stood.opportunity_id, steps.stage_name
)

select
    deals.sales_process,
    reached.stage_name,
    cast(reached.stage_order as bigint) as stage_order,
    dates.fiscal_quarter_start_date as cohort_start_date,
    count(*) as reached_count,
    cast(sum(case when reached.has_reached_next then 1 else 0 end) as bigint) as reached_next_count,
    cast(sum(case when deals.is_won then 1 else 0 end) as bigint) as won_count,
    cast(sum(case when deals.is_lost then 1 else 0 end) as bigint) as lost_count,
    cast(sum(case when deals.is_open then 1 else 0 end) as bigint) as open_count,
    cast(sum(case when deals.is_deleted then 1 else 0 end) as bigint) as deleted_count,
    cast(sum(case when reached.has_reached_next then 1 else 0 end) as double) / count(*) as conversion_rate,
    cast(sum(case when deals.is_won then 1 else 0 end) as double)
    / nullif(sum(case when deals.is_won or deals.is_lost then 1 else 0 end), 0) as stage_to_win_rate,
    cast({{ percentile('reached.spent_days', 0.5) }} as double) as median_days,
    cast({{ percentile('case when deals.is_won then reached.spent_days end', 0.9) }} as double)
        as p90_won_days,
    cast(sum(case when deals.stage_name = reached.stage_name and deals.is_open then 1 else 0 end) as bigint)
        as censored_count,
    sum(case when deals.is_open then 1 else 0 end) = 0 as is_mature
from reached
inner join deals on reached.opportunity_id = deals.opportunity_id
inner join {{ ref('dim_dates') }} as dates
    on {{ local_date('reached.reached_at') }} = dates.date_day
group by deals.sales_process, reached.stage_name, reached.stage_order, dates.fiscal_quarter_start_date
