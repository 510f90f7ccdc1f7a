{#
    Every day from the year of the first record to two years after the as-of date, with the fiscal year,
    quarter and month that follow from the org's first fiscal month.
#}
{% set month_start = dbt.date_trunc('month', 'days.date_day') %}
{% set quarter_start = dbt.date_trunc('quarter', 'shifted_day') %}
{% set year_start = dbt.date_trunc('year', 'shifted_day') %}

with firsts as (
    select min({{ local_date('created_at') }}) as first_date from {{ ref('stg_salesforce__opportunities') }}
    union all
    select min(close_date) as first_date from {{ ref('stg_salesforce__opportunities') }}
    union all
    select min({{ local_date('occurred_at') }}) as first_date from {{ ref('int_activities_unioned') }}
    union all
    select min(start_date) as first_date from {{ ref('stg_salesforce__periods') }}
),

bounds as (
    -- A mistyped year does not open a century: the spine reaches back 20 years at most.
    select
        cast({{ dbt.date_trunc('year', 'greatest(min(firsts.first_date), min('
            ~ dbt.dateadd('year', -20, 'as_of.as_of_date') ~ '))') }} as date) as first_day,
        cast({{ dbt.dateadd('year', 2, 'min(as_of.as_of_date)') }} as date) as last_day
    from firsts
    cross join {{ ref('int_as_of') }} as as_of
),

numbers as (
    {{ numbers(4) }}
),

days as (
    select cast({{ dbt.dateadd('day', 'numbers.n', 'bounds.first_day') }} as date) as date_day
    from bounds
    inner join numbers
        on numbers.n <= {{ dbt.datediff('bounds.first_day', 'bounds.last_day', 'day') }}
),

organization as (
    select
        coalesce(min(fiscal_year_start_month_number), 1) as first_month,
        coalesce(max(case when is_fiscal_year_named_by_start then 1 else 0 end), 0) as is_named_by_start
    from {{ ref('stg_salesforce__organizations') }}
),

shifted as (
    -- In the shifted calendar the fiscal year begins in January.
    select
        days.date_day,
        organization.first_month,
        organization.is_named_by_start,
        cast(
            {{ dbt.dateadd('month', '1 - organization.first_month', month_start) }}
            as date
        ) as shifted_day
    from days
    cross join organization
)

select
    date_day,
    extract(year from shifted_day)
    + case when first_month = 1 or is_named_by_start = 1 then 0 else 1 end as fiscal_year_number,
    extract(quarter from shifted_day) as fiscal_quarter_number,
    extract(month from shifted_day) as fiscal_month_number,
    cast({{ dbt.dateadd('month', 'first_month - 1', year_start) }} as date) as fiscal_year_start_date,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 'first_month + 11', year_start)) }} as date)
        as fiscal_year_end_date,
    cast({{ dbt.dateadd('month', 'first_month - 1', quarter_start) }} as date) as fiscal_quarter_start_date,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 'first_month + 2', quarter_start)) }} as date)
        as fiscal_quarter_end_date
from shifted
