{#
    Of the deals of a process that reached a stage in a fiscal quarter, how many reached the next one, and what became
    of them. A deal that skipped a stage has reached it when it passed it, and a won deal has reached all; a deal
    that came back has reached it once. While some are still open the cohort is not mature.
#}

with stages as (

    select * from {{ ref('dim_sales_stages') }}
    where not is_closed

),

deals as (

    select * from {{ ref('fct_opportunities') }}

),

entered as (

    -- when the deal first stood in this stage or any later one, a win being later than all
    select
        spells.opportunity_id,
        stages.sales_process,
        stages.stage_name,
        stages.stage_order,
        min(spells.entered_at) as reached_at

    from {{ ref('fct_opportunity_stage_spells') }} as spells
    inner join deals
        on spells.opportunity_id = deals.opportunity_id
    inner join {{ ref('dim_sales_stages') }} as passed
        on
            spells.sales_process = passed.sales_process
            and spells.stage_name = passed.stage_name
            and (passed.is_won or not passed.is_closed)
    inner join stages
        on
            spells.sales_process = stages.sales_process
            and stages.stage_order <= passed.stage_order
    where spells.provenance <> 'current'
    group by spells.opportunity_id, stages.sales_process, stages.stage_name, stages.stage_order

),

ordered as (

    select
        *,
        lead(reached_at) over (
            partition by opportunity_id order by stage_order asc
        ) is not null as has_reached_next

    from entered

),

stays as (

    select
        opportunity_id,
        stage_name,
        sum(duration_days) as spent_days

    from {{ ref('fct_opportunity_stage_spells') }}
    group by opportunity_id, stage_name

)

select
    ordered.sales_process,
    ordered.stage_name,
    cast(ordered.stage_order as bigint) as stage_order,
    dates.fiscal_quarter_start_date as cohort_start_date,
    count(*) as reached_count,
    cast(sum(case when ordered.has_reached_next or deals.is_won then 1 else 0 end) as bigint)
        as reached_next_count,
    cast(sum(case when deals.is_won then 1 else 0 end) as bigint) as won_count,
    cast(sum(case when deals.is_lost then 1 else 0 end) as bigint) as lost_count,
    cast(sum(case when deals.is_open then 1 else 0 end) as bigint) as open_count,
    cast(sum(case when ordered.has_reached_next or deals.is_won then 1 else 0 end) as double) / count(*)
        as conversion_rate,
    cast(sum(case when deals.is_won then 1 else 0 end) as double)
    / nullif(sum(case when deals.is_open then 0 else 1 end), 0) as stage_to_win_rate,
    cast({{ percentile('stays.spent_days', 0.5) }} as double) as median_days,
    cast({{ percentile('case when deals.is_won then stays.spent_days end', 0.9) }} as double) as p90_won_days,
    cast(sum(case when deals.stage_name = ordered.stage_name and deals.is_open then 1 else 0 end) as bigint)
        as censored_count,
    sum(case when deals.is_open then 1 else 0 end) = 0 as is_mature

from ordered
inner join deals
    on ordered.opportunity_id = deals.opportunity_id
inner join {{ ref('dim_dates') }} as dates
    on {{ local_date('ordered.reached_at') }} = dates.date_day
left join stays
    on
        ordered.opportunity_id = stays.opportunity_id
        and ordered.stage_name = stays.stage_name
group by ordered.sales_process, ordered.stage_name, ordered.stage_order, dates.fiscal_quarter_start_date
