{#
    The instants at which past forecasts are taken again: the begin of each fiscal quarter and every seven days from
    there on, as far as the quarter has come and the history of deals reaches.
#}

with horizons as (
    select
        max(case when field_name = 'State' then history_known_from end) as state_known_from,
        max(history_known_from) as owner_known_from
    from {{ ref('dim_history_horizons') }}
    where field_name in ('State', 'Owner')
),

weeks as (
    {{ numbers(2) }}
),

points as (
    select
        quarters.period_start_date as fiscal_quarter_start_date,
        quarters.period_end_date as fiscal_quarter_end_date,
        quarters.period_label as fiscal_quarter_label,
        quarters.previous_period_start_date as previous_quarter_start_date,
        quarters.is_complete,
        weeks.n as week_number,
        cast({{ dbt.dateadd('day', '7 * weeks.n', 'quarters.period_start_date') }} as date) as snapshot_date
    from {{ ref('dim_periods') }} as quarters
    inner join weeks
        on weeks.n * 7 <= {{ dbt.datediff('quarters.period_start_date', 'quarters.period_end_date', 'day') }}
    where quarters.period_kind = 'quarter' and not quarters.is_future
),

timed as (
    select *, {{ utc_instant('snapshot_date') }} as snapshot_at
    from points
)

select timed.*, timed.snapshot_at >= horizons.owner_known_from as is_owner_known
from timed
cross join horizons
cross join {{ ref('int_as_of') }} as as_of
where timed.snapshot_at >= horizons.state_known_from and timed.snapshot_at <= as_of.as_of_at
