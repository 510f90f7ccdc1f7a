{# The open pipeline of each owner at the end of the last day of each period that figures are measured for. #}

with days as (
    select distinct date_day from {{ ref('int_period_days') }}
    where is_last_day
)

select
    coalesce(daily.owner_id, '') as owner_id,
    cast(sum(daily.open_amount) as {{ kpi_type('open_amount') }}) as open_pipeline_amount,
    cast(sum(daily.open_count) as {{ kpi_type('open_count') }}) as open_pipeline_count,
    cast(sum(daily.weighted_amount) as {{ kpi_type('weighted_amount') }}) as weighted_pipeline_amount,
    days.date_day as level_date
from {{ ref('fct_pipeline_daily') }} as daily
inner join days on daily.snapshot_date = days.date_day
group by coalesce(daily.owner_id, ''), days.date_day
