{# The org's own fiscal periods go before what the first fiscal month suggests. #}

with days as (
    select
        *,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start_date,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date
    from {{ ref('int_dates_spined') }}
),

periods as (
    select * from {{ ref('int_fiscal_periods_dated') }}
),

organization as (
    select coalesce(max(case when is_fiscal_year_named_by_start then 1 else 0 end), 0) as is_named_by_start
    from {{ ref('stg_salesforce__organizations') }}
),

fiscal as (
    select
        days.*,
        case
            when years.start_date is null then days.fiscal_year_number
            when organization.is_named_by_start = 1 then extract(year from years.start_date)
            else extract(year from years.end_date)
        end as year_number,
        coalesce(quarters.period_number, days.fiscal_quarter_number) as quarter_number,
        coalesce(months.period_number, days.fiscal_month_number) as month_number,
        coalesce(years.start_date, days.fiscal_year_start_date) as year_start_date,
        coalesce(years.end_date, days.fiscal_year_end_date) as year_end_date,
        coalesce(quarters.start_date, days.fiscal_quarter_start_date) as quarter_first_date,
        coalesce(quarters.end_date, days.fiscal_quarter_end_date) as quarter_last_date,
        coalesce(months.start_date, days.month_start_date) as month_first_date,
        coalesce(
            months.end_date,
            cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'days.month_start_date')) }} as date)
        ) as month_last_date
    from days
    cross join organization
    left join periods as years on days.date_day = years.date_day and years.period_type = 'Year'
    left join periods as quarters
        on days.date_day = quarters.date_day and quarters.period_type = 'Quarter'
    left join periods as months on days.date_day = months.date_day and months.period_type = 'Month'
)

select
    date_day,
    week_start_date,
    cast({{ dbt.dateadd('day', 6, 'week_start_date') }} as date) as week_end_date,
    month_start_date,
    cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date,
    cast({{ dbt.datediff('week_start_date', 'date_day', 'day') }} + 1 as integer) as day_of_week_number,
    {{ dbt.datediff('week_start_date', 'date_day', 'day') }} < 5 as is_business_day,
    cast(year_number as integer) as fiscal_year_number,
    concat('FY', cast(cast(year_number as integer) as {{ dbt.type_string() }})) as fiscal_year_label,
    year_start_date as fiscal_year_start_date,
    year_end_date as fiscal_year_end_date,
    cast(quarter_number as integer) as fiscal_quarter_number,
    concat(
        'FY',
        cast(cast(year_number as integer) as {{ dbt.type_string() }}),
        '-Q',
        cast(cast(quarter_number as integer) as {{ dbt.type_string() }})
    ) as fiscal_quarter_label,
    quarter_first_date as fiscal_quarter_start_date,
    quarter_last_date as fiscal_quarter_end_date,
    cast(month_number as integer) as fiscal_month_number,
    concat(
        'FY',
        cast(cast(year_number as integer) as {{ dbt.type_string() }}),
        case when month_number < 10 then '-M0' else '-M' end,
        cast(cast(month_number as integer) as {{ dbt.type_string() }})
    ) as fiscal_month_label,
    month_first_date as fiscal_month_start_date,
    month_last_date as fiscal_month_end_date
from fiscal
