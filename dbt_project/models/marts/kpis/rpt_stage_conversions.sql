{#
    Of the deals of a process that reached a stage in a fiscal quarter, how many reached the next one, and what became
    of them. A deal that skipped a stage has reached it when it passed it, and a won deal has reached all; a deal
    that came back has reached it once. Those deleted since have reached what they reached. While some are still open
    the cohort is not mature.
#}

with stages as (

    select * from {{ ref('dim_sales_stages') }}
    where not is_closed

),

deals as (

    select
        known.opportunity_id,
        known.sales_process,
        known.stage_name,
        known.is_deleted,
        coalesce(alive.is_won, false) as is_won,
        coalesce(alive.is_lost, false) as is_lost,
        coalesce(alive.is_open, false) as is_open

    from {{ ref('int_opportunities_classified') }} as known
    left join {{ ref('fct_opportunities') }} as alive
        on known.opportunity_id = alive.opportunity_id

),

spells as (

    select
        spells.*,
        {{ elapsed_days('spells.entered_at', 'coalesce(spells.exited_at, as_of.as_of_at)') }} as duration_days

    from {{ ref('int_stage_spells_collapsed') }} as spells
    cross join {{ ref('int_as_of') }} as as_of

),

entered as (

    -- when the deal first stood in this stage or any later one, a win being later than all
    select
        spells.opportunity_id,
        stages.sales_process,
        stages.stage_name,
        stages.stage_order,
        min(spells.entered_at) as reached_at,
        max(case when passed.is_won or passed.stage_order > stages.stage_order then 1 else 0 end) = 1
            as has_reached_next

    from spells
    inner join deals
        on spells.opportunity_id = deals.opportunity_id
    inner join {{ ref('dim_sales_stages') }} as passed
        on
            deals.sales_process = passed.sales_process
            and spells.stage_name = passed.stage_name
            and (passed.is_won or not passed.is_closed)
    inner join stages
        on
            deals.sales_process = stages.sales_process
            and stages.stage_order <= passed.stage_order
    where spells.provenance <> 'current'
    group by spells.opportunity_id, stages.sales_process, stages.stage_name, stages.stage_order

),

stays as (

    select
        opportunity_id,
        stage_name,
        sum(duration_days) as spent_days

    from spells
    group by opportunity_id, stage_name

)

select
    entered.sales_process,
    entered.stage_name,
    cast(entered.stage_order as bigint) as stage_order,
    dates.fiscal_quarter_start_date as cohort_start_date,
    count(*) as reached_count,
    cast(sum(case when entered.has_reached_next then 1 else 0 end) as bigint) as reached_next_count,
    cast(sum(case when deals.is_won then 1 else 0 end) as bigint) as won_count,
    cast(sum(case when deals.is_lost then 1 else 0 end) as bigint) as lost_count,
    cast(sum(case when deals.is_open then 1 else 0 end) as bigint) as open_count,
    cast(sum(case when deals.is_deleted then 1 else 0 end) as bigint) as deleted_count,
    cast(sum(case when entered.has_reached_next then 1 else 0 end) as double) / count(*) as conversion_rate,
    cast(sum(case when deals.is_won then 1 else 0 end) as double)
    / nullif(sum(case when deals.is_won or deals.is_lost then 1 else 0 end), 0) as stage_to_win_rate,
    cast({{ percentile('stays.spent_days', 0.5) }} as double) as median_days,
    cast({{ percentile('case when deals.is_won then stays.spent_days end', 0.9) }} as double) as p90_won_days,
    cast(sum(case when deals.stage_name = entered.stage_name and deals.is_open then 1 else 0 end) as bigint)
        as censored_count,
    sum(case when deals.is_open then 1 else 0 end) = 0 as is_mature

from entered
inner join deals
    on entered.opportunity_id = deals.opportunity_id
inner join {{ ref('dim_dates') }} as dates
    on {{ local_date('entered.reached_at') }} = dates.date_day
left join stays
    on
        entered.opportunity_id = stays.opportunity_id
        and entered.stage_name = stays.stage_name
group by entered.sales_process, entered.stage_name, entered.stage_order, dates.fiscal_quarter_start_date
