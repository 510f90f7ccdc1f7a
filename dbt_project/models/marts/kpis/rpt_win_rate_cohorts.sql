{#
    Of the deals created in a fiscal quarter, how many were won by the age of so many months. Open ones stay in the
    denominator; where some of the cohort are younger than that age, the rate can still rise and is marked.
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
        deals.created_date,
        deals.is_won,
        deals.amount,
        {{ local_date('deals.won_at') }} as won_date,
        dates.fiscal_quarter_start_date as cohort_start_date,
        as_of.as_of_date

    from {{ ref('fct_opportunities') }} as deals
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates
        on deals.created_date = dates.date_day

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
