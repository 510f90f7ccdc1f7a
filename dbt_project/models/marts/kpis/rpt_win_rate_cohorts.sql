{#
    Of the deals created in a fiscal quarter, how many were won by the age of so many months. Open ones stay in the
    denominator, as do those deleted since; where some of the cohort are younger than that age, the rate can still
    rise and is marked.
#}

with ages as (
    {% for age in [1, 2, 3, 4, 6, 9, 12, 18, 24] %}
    select {{ age }} as age_months
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

deals as (
    select
        deals.sales_process,
        dates.date_day as created_date,
        coalesce(alive.is_won, false) as is_won,
        alive.amount,
        {{ local_date('alive.won_at') }} as won_date,
        dates.fiscal_quarter_start_date as cohort_start_date,
        as_of.as_of_date
    from {{ ref('int_opportunities_classified') }} as deals
    cross join {{ ref('int_as_of') }} as as_of
    left join {{ ref('fct_opportunities') }} as alive on deals.opportunity_id = alive.opportunity_id
    inner join {{ ref('dim_dates') }} as dates
        on {{ local_date('deals.created_at') }} = dates.date_day
),

aged as (
    select
        deals.*,
        ages.age_months,
        cast({{ dbt.dateadd('month', 'ages.age_months', 'deals.created_date') }} as date) as aged_date
    from deals
    cross join ages
)

select
    sales_process,
    cohort_start_date,
    cast(age_months as bigint) as age_months,
    count(*) as created_count,
    cast(sum(case when is_won and won_date <= aged_date then 1 else 0 end) as bigint) as won_count,
    cast(sum(case when is_won and won_date <= aged_date then 1 else 0 end) as double) / count(*) as win_rate,
    cast(coalesce(sum(case when is_won and won_date <= aged_date then amount end), 0) as decimal(18, 2))
        as won_amount,
    max(aged_date) <= max(as_of_date) as is_mature
from aged
where cast({{ dbt.dateadd('month', 'age_months', 'cohort_start_date') }} as date) <= as_of_date
group by sales_process, cohort_start_date, age_months
