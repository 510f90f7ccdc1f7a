{# The day whose rates hold in constant currency: the configured one, else the fiscal year's first. #}

select
    {% if var('constant_currency_date') %}
    cast({{ quoted(var('constant_currency_date') | string) }} as date)
    {% else %}
    dates.fiscal_year_start_date
    {% endif %} as constant_currency_date
from {{ ref('int_as_of') }} as as_of
inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
