{# What stood in the CRM at each instant, deals deleted since included; nothing that was known only later. #}
{% set is_told = "versions.is_open and coalesce(versions.forecast_category, '') <> 'Omitted'" %}
{% set amounts = {
    'closed_amount': ('versions.is_won', 'versions.amount'),
    'commit_open_amount': ("versions.is_open and versions.forecast_category = 'Commit'", 'versions.amount'),
    'best_case_open_amount': (
        "versions.is_open and versions.forecast_category in ('Best Case', 'Most Likely')", 'versions.amount'
    ),
    'pipeline_open_amount': (
        "versions.is_open and coalesce(versions.forecast_category, '')"
        ~ " not in ('Commit', 'Best Case', 'Most Likely', 'Omitted')", 'versions.amount'
    ),
    'omitted_open_amount': ("versions.is_open and versions.forecast_category = 'Omitted'", 'versions.amount'),
    'weighted_open_amount': (is_told, 'versions.weighted_amount'),
    'default_weighted_open_amount': (is_told, 'versions.amount * own_stages.default_probability_rate'),
} %}
{% set is_won_in_time = 'versions.is_commit and versions.deal_won_date between'
    ~ ' points.fiscal_quarter_start_date and points.fiscal_quarter_end_date' %}

{% set key = ["coalesce(versions.owner_id, '')", 'dates.fiscal_quarter_start_date'] %}

with versions as (
    -- what a version adds is the same at every point
    select
        coalesce(versions.owner_id, '') as owner_id,
        versions.valid_from,
        coalesce(versions.valid_to, {{ end_of_time() }}) as ends_at,
        versions.is_open,
        versions.is_open and coalesce(versions.forecast_category = 'Commit', false) as is_commit,
        dates.fiscal_quarter_start_date,
        {% for name, (condition, amount) in amounts.items() %}
        case when {{ condition }} then {{ amount }} end as {{ name }},
        {% endfor %}
        case when deals.is_won then deals.close_date end as deal_won_date
    from {{ ref('fct_opportunity_versions') }} as versions
    inner join {{ ref('dim_dates') }} as dates on versions.close_date = dates.date_day
    left join {{ ref('fct_opportunities') }} as deals
        on versions.opportunity_id = deals.opportunity_id
    left join {{ ref('dim_sales_stages') }} as own_stages
        on
            versions.sales_process = own_stages.sales_process
            and versions.stage_name = own_stages.stage_name
    where
        (versions.is_open or versions.is_won)
        {{ upon_last('and', is_renewed(key)) }}
)

select
    versions.owner_id,
    points.fiscal_quarter_start_date,
    cast(points.week_number as bigint) as week_number,
    max(points.snapshot_date) as snapshot_date,
    max(points.snapshot_at) as snapshot_at,
    {% for name in amounts %}
    cast(coalesce(sum(versions.{{ name }}), 0) as decimal(18, 2)) as {{ name }},
    {% endfor %}
    cast(sum(case when versions.is_open then 1 else 0 end) as bigint) as open_count,
    cast(sum(case when versions.is_commit then 1 else 0 end) as bigint) as commit_count,
    cast(sum(case when {{ is_won_in_time }} then 1 else 0 end) as bigint) as commit_won_count,
    cast(
        coalesce(sum(case when {{ is_won_in_time }} then versions.commit_open_amount end), 0)
        as decimal(18, 2)
    ) as commit_won_amount
from {{ ref('int_forecast_points') }} as points
inner join versions
    on
        points.fiscal_quarter_start_date = versions.fiscal_quarter_start_date
        and versions.valid_from <= points.snapshot_at
        and versions.ends_at > points.snapshot_at
group by versions.owner_id, points.fiscal_quarter_start_date, points.week_number
