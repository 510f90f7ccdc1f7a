{{ config(materialized='view') }}
{#
    Every scope, period and metric with its figure, zero where nothing happened, so that the period before is always
    the row before. Ratios come from two sums of one population; what the history does not reach is left empty.
#}
{% set ratios = [
    'win_rate', 'win_value_rate', 'average_deal_amount', 'average_cycle_days', 'average_qualified_cycle_days',
    'median_deal_amount', 'median_cycle_days', 'median_qualified_cycle_days'
] %}
{% set told = [
    'bookings_amount', 'won_count', 'lost_count', 'lost_amount', 'new_bookings_amount', 'expansion_bookings_amount',
    'renewal_bookings_amount', 'repeat_bookings_amount', 'referral_bookings_amount', 'created_count',
    'pipeline_created_amount', 'activity_count', 'meeting_count', 'call_count', 'email_count', 'lead_count',
    'lead_converted_count'
] %}
{% set of_history = [
    'pipeline_created_then_amount', 'qualified_count', 'pipeline_qualified_amount', 'push_count', 'push_days',
    'push_to_later_month_count', 'stage_skip_count', 'stage_regression_count'
] %}
{% set levels = ['open_pipeline_amount', 'open_pipeline_count', 'weighted_pipeline_amount'] %}

with metrics as (

    {% for metric in told + of_history + levels + ratios %}
    select
        {{ quoted(metric) }} as metric,
        {{ loop.index }} as metric_number,
        {{ 'true' if metric in of_history else 'false' }} as needs_whole_period,
        {{ 'true' if metric in levels else 'false' }} as is_level
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

periods as (

    select
        periods.*,
        periods.starts_at >= horizons.history_known_from as is_whole_known,
        periods.known_until >= horizons.history_known_from as is_end_known,
        row_number() over (partition by periods.period_kind order by periods.period_start_date desc) - 1
            as periods_back

    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('dim_history_horizons') }} as horizons
    where
        horizons.field_name = 'State'
        and not periods.is_future

),

reported as (

    select distinct
        period_kind,
        period_start_date

    from {{ ref('int_period_days') }}

),

scopes as (

    -- what came before a team or seller had done anything says nothing about what is usual
    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        row_number() over (order by scopes.scope_kind asc, scopes.scope_id asc) as scope_number,
        min(daily.measure_date) as first_date

    from {{ ref('int_scopes_membered') }} as scopes
    inner join {{ ref('int_measures_daily') }} as daily
        on scopes.owner_id = daily.owner_id
    group by scopes.scope_kind, scopes.scope_id, scopes.scope_name

)

select
    periods.period_kind,
    periods.period_start_date,
    periods.is_current,
    scopes.scope_kind,
    scopes.scope_id,
    scopes.scope_name,
    metrics.metric,
    -- a series is one scope's figures of one metric and kind of period, in time
    (scopes.scope_number * 1000 + metrics.metric_number) * 10
    + case periods.period_kind when 'day' then 1 when 'week' then 2 when 'month' then 3 else 4 end
        as series_number,
    periods.periods_back,
    case
        when metrics.needs_whole_period and not coalesce(periods.is_whole_known, false)
            then 'The period begins before the history of deals is known.'
        when metrics.is_level and not coalesce(periods.is_end_known, false)
            then 'The period ends before the history of deals is known.'
    end as unknown_reason,
    case when metrics.metric in {{ quoted_list(ratios) }} then figures.actual
        else coalesce(figures.actual, 0)
    end as actual,
    case when metrics.metric in {{ quoted_list(ratios) }} then figures.to_same_day
        else coalesce(figures.to_same_day, 0)
    end as to_same_day

from reported
inner join periods
    on
        reported.period_kind = periods.period_kind
        and reported.period_start_date = periods.period_start_date
inner join scopes
    on periods.period_end_date >= scopes.first_date
cross join metrics
left join {{ ref('int_kpis_related') }} as figures
    on
        periods.period_kind = figures.period_kind
        and periods.period_start_date = figures.period_start_date
        and scopes.scope_kind = figures.scope_kind
        and scopes.scope_id = figures.scope_id
        and metrics.metric = figures.metric
