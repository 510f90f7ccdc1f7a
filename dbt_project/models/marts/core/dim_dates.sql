with days as (

    select * from {{ ref('int_dates_spined') }}

),

periods as (

    select * from {{ ref('stg_salesforce__periods') }}

),

organization as (

    select coalesce(max(case when is_fiscal_year_named_by_start then 1 else 0 end), 0) as is_named_by_start

    from {{ ref('stg_salesforce__organizations') }}

),

quarters as (

    select
        quarters.start_date,
        quarters.end_date,
        quarters.period_number,
        years.start_date as year_start_date,
        case
            when organization.is_named_by_start = 1 then extract(year from years.start_date)
            else extract(year from years.end_date)
        end as fiscal_year_number

    from periods as quarters
    cross join organization
    left join periods as years
        on
            years.period_type = 'Year'
            and quarters.start_date between years.start_date and years.end_date
    where quarters.period_type = 'Quarter'

),

fiscal as (

    -- The org's own periods go before what the first fiscal month suggests.
    select
        days.date_day,
        coalesce(quarters.fiscal_year_number, days.fiscal_year_number) as fiscal_year_number,
        coalesce(quarters.period_number, days.fiscal_quarter_number) as fiscal_quarter_number,
        coalesce(quarters.start_date, days.fiscal_quarter_start_date) as fiscal_quarter_start_date,
        coalesce(quarters.end_date, days.fiscal_quarter_end_date) as fiscal_quarter_end_date,
        cast({{ dbt.date_trunc('week', 'days.date_day') }} as date) as week_start_date,
        -- After a change of the fiscal year old and new periods overlap: the later one holds.
        row_number() over (
            partition by days.date_day
            order by
                quarters.start_date desc nulls last,
                quarters.year_start_date desc nulls last,
                quarters.end_date desc nulls last
        ) as preference

    from days
    left join quarters
        on days.date_day between quarters.start_date and quarters.end_date

)

select
    date_day,
    week_start_date,
    cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
    cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date,
    cast({{ dbt.datediff('week_start_date', 'date_day', 'day') }} + 1 as integer) as day_of_week_number,
    {{ dbt.datediff('week_start_date', 'date_day', 'day') }} < 5 as is_business_day,
    cast(fiscal_year_number as integer) as fiscal_year_number,
    cast(fiscal_quarter_number as integer) as fiscal_quarter_number,
    concat(
        'FY',
        cast(fiscal_year_number as {{ dbt.type_string() }}),
        '-Q',
        cast(fiscal_quarter_number as {{ dbt.type_string() }})
    ) as fiscal_quarter_label,
    fiscal_quarter_start_date,
    fiscal_quarter_end_date

from fiscal
where preference = 1
