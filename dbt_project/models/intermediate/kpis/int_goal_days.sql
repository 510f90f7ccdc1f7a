{# The days of the periods that goals are told of: those reported on, and the months and quarters to come. #}

with days as (
    {% for kind, column in [
        ('day', 'date_day'),
        ('week', 'week_start_date'),
        ('month', 'fiscal_month_start_date'),
        ('quarter', 'fiscal_quarter_start_date'),
    ] %}
    select {{ quoted(kind) }} as period_kind, {{ column }} as period_start_date, date_day
    from {{ ref('dim_dates') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reported as (
    select period_kind, period_start_date
    from {{ ref('int_periods_told') }}
    where not is_to_same_day
    union all
    select period_kind, period_start_date
    from {{ ref('dim_periods') }}
    where is_future and period_kind in ('month', 'quarter')
)

select days.period_kind, days.period_start_date, days.date_day
from days
inner join reported
    on
        days.period_kind = reported.period_kind
        and days.period_start_date = reported.period_start_date
