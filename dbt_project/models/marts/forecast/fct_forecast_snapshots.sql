{# What stood in the CRM at each instant, deals deleted since included; nothing that was known only later. #}
{% set open_amounts = {
    'commit_open_amount': "versions.forecast_category = 'Commit'",
    'best_case_open_amount': "versions.forecast_category in ('Best Case', 'Most Likely')",
    'pipeline_open_amount':
        "coalesce(versions.forecast_category, '') not in ('Commit', 'Best Case', 'Most Likely', 'Omitted')",
    'omitted_open_amount': "versions.forecast_category = 'Omitted'",
} %}
{% set is_commit = "versions.is_open and versions.forecast_category = 'Commit'" %}
{% set is_told = "versions.is_open and coalesce(versions.forecast_category, '') <> 'Omitted'" %}
{% set is_won_in_time = 'coalesce(deals.is_won and deals.close_date between points.fiscal_quarter_start_date'
    ~ ' and points.fiscal_quarter_end_date, false)' %}

with versions as (

    select
        versions.*,
        dates.fiscal_quarter_start_date

    from {{ ref('fct_opportunity_versions') }} as versions
    inner join {{ ref('dim_dates') }} as dates
        on versions.close_date = dates.date_day
    where versions.is_open or versions.is_won

),

stages as (

    select * from {{ ref('dim_sales_stages') }}

)

select
    coalesce(versions.owner_id, '') as owner_id,
    points.fiscal_quarter_start_date,
    cast(points.week_number as bigint) as week_number,
    max(points.snapshot_date) as snapshot_date,
    max(points.snapshot_at) as snapshot_at,
    cast(coalesce(sum(case when versions.is_won then versions.amount end), 0) as decimal(18, 2))
        as closed_amount,
    {% for name, condition in open_amounts.items() %}
    cast(
        coalesce(sum(case when versions.is_open and {{ condition }} then versions.amount end), 0)
        as decimal(18, 2)
    ) as {{ name }},
    {% endfor %}
    cast(coalesce(sum(case when {{ is_told }} then versions.weighted_amount end), 0) as decimal(18, 2))
        as weighted_open_amount,
    cast(
        coalesce(
            sum(case when {{ is_told }} then versions.amount * stages.default_probability_rate end), 0
        ) as decimal(18, 2)
    ) as default_weighted_open_amount,
    cast(sum(case when versions.is_open then 1 else 0 end) as bigint) as open_count,
    cast(sum(case when {{ is_commit }} then 1 else 0 end) as bigint) as commit_count,
    cast(sum(case when {{ is_commit }} and {{ is_won_in_time }} then 1 else 0 end) as bigint)
        as commit_won_count,
    cast(
        coalesce(sum(case when {{ is_commit }} and {{ is_won_in_time }} then versions.amount end), 0)
        as decimal(18, 2)
    ) as commit_won_amount

from {{ ref('int_forecast_points') }} as points
inner join versions
    on
        points.fiscal_quarter_start_date = versions.fiscal_quarter_start_date
        and versions.valid_from <= points.snapshot_at
        and (versions.valid_to > points.snapshot_at or versions.valid_to is null)
left join {{ ref('fct_opportunities') }} as deals
    on versions.opportunity_id = deals.opportunity_id
left join stages
    on
        versions.sales_process = stages.sales_process
        and versions.stage_name = stages.stage_name
group by coalesce(versions.owner_id, ''), points.fiscal_quarter_start_date, points.week_number
