{#
    Every day, week, fiscal month, fiscal quarter and fiscal year as a period of its own. Its instants are
    those at which its first day begins and its last day ends on the clocks of the reporting time zone.
#}
{% set kinds = {
    'day': ('date_day', 'date_day', "cast(date_day as " ~ dbt.type_string() ~ ")"),
    'week': ('week_start_date', 'week_end_date', "concat('Week of ', cast(week_start_date as " ~ dbt.type_string() ~ "))"),
    'month': ('fiscal_month_start_date', 'fiscal_month_end_date', 'fiscal_month_label'),
    'quarter': ('fiscal_quarter_start_date', 'fiscal_quarter_end_date', 'fiscal_quarter_label'),
    'year': ('fiscal_year_start_date', 'fiscal_year_end_date', 'fiscal_year_label'),
} %}

with days as (
    select * from {{ ref('dim_dates') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

periods as (
    {% for kind, (first, last, label) in kinds.items() %}
    select
        {{ quoted(kind) }} as period_kind,
        {{ loop.index }} as period_kind_order,
        {{ first }} as period_start_date,
        max({{ last }}) as period_end_date,
        max({{ label }}) as period_label,
        count(*) as day_count,
        sum(case when days.is_business_day then 1 else 0 end) as business_day_count,
        -- the as-of day itself is not over: nothing is expected of it yet
        sum(case when days.is_business_day and days.date_day < as_of.as_of_date then 1 else 0 end)
            as elapsed_day_count
    from days
    cross join as_of
    group by {{ first }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

placed as (
    select
        periods.*,
        as_of.as_of_at,
        as_of.as_of_date,
        as_of.as_of_date between periods.period_start_date and periods.period_end_date as is_current,
        lag(periods.period_start_date) over (
            partition by periods.period_kind order by periods.period_start_date asc
        ) as previous_period_start_date,
        {{ utc_instant('periods.period_start_date') }} as starts_at,
        {{ utc_instant('cast(' ~ dbt.dateadd('day', 1, 'periods.period_end_date') ~ ' as date)') }} as ends_at
    from periods
    cross join as_of
)

select
    placed.period_kind,
    placed.period_start_date,
    placed.period_end_date,
    placed.period_label,
    placed.previous_period_start_date,
    placed.starts_at,
    placed.ends_at,
    case when placed.ends_at < placed.as_of_at then placed.ends_at else placed.as_of_at end as known_until,
    placed.is_current,
    placed.period_end_date < placed.as_of_date as is_complete,
    placed.period_start_date > placed.as_of_date as is_future,
    cast(placed.day_count as bigint) as day_count,
    cast(placed.business_day_count as bigint) as business_day_count,
    case
        when placed.period_end_date < placed.as_of_date then cast(1 as double)
        when placed.business_day_count = 0 then cast(0 as double)
        else cast(placed.elapsed_day_count as double) / placed.business_day_count
    end as elapsed_ratio
from placed
