{#- The sums that figures are made of, as int_measures_daily takes them. -#}
{% macro kpi_flows() -%}
    {{ return([
        'bookings_amount', 'won_count', 'sized_won_amount', 'sized_won_count', 'won_cycle_days', 'qualified_cycle_days',
        'qualified_won_count', 'new_bookings_amount', 'expansion_bookings_amount', 'renewal_bookings_amount',
        'repeat_bookings_amount', 'referral_bookings_amount', 'lost_count', 'lost_amount', 'created_count',
        'pipeline_created_amount', 'pipeline_created_then_amount', 'qualified_count', 'pipeline_qualified_amount',
        'push_count', 'push_days', 'push_to_later_month_count', 'stage_skip_count', 'stage_regression_count',
        'activity_count', 'meeting_count', 'call_count', 'email_count', 'lead_count', 'lead_converted_count'
    ]) }}
{%- endmacro %}

{#- The heights of something at the end of a period, never added up over time. -#}
{% macro kpi_levels() -%}
    {{ return(['open_pipeline_amount', 'open_pipeline_count', 'weighted_pipeline_amount']) }}
{%- endmacro %}

{#- What is told of every scope and period: by metric what of the history of deals it needs to be known. -#}
{% macro kpi_metrics() -%}
    {%- set metrics = {} -%}
    {%- set of_history = [
        'pipeline_created_then_amount', 'qualified_count', 'pipeline_qualified_amount', 'push_count', 'push_days',
        'push_to_later_month_count', 'stage_skip_count', 'stage_regression_count'
    ] -%}
    {%- set parts = [
        'sized_won_amount', 'sized_won_count', 'won_cycle_days', 'qualified_cycle_days', 'qualified_won_count'
    ] -%}
    {%- for metric in kpi_flows() if metric not in parts -%}
        {%- do metrics.update({metric: 'whole' if metric in of_history else 'nothing'}) -%}
    {%- endfor -%}
    {%- for metric in kpi_levels() -%}
        {%- do metrics.update({metric: 'end'}) -%}
    {%- endfor -%}
    {%- for metric in [
        'win_rate', 'win_value_rate', 'average_deal_amount', 'average_cycle_days', 'average_qualified_cycle_days',
        'median_deal_amount', 'median_cycle_days', 'median_qualified_cycle_days'
    ] -%}
        {%- do metrics.update({metric: 'ratio'}) -%}
    {%- endfor -%}
    {{ return(metrics) }}
{%- endmacro %}

{#- The type of a sum: exact, and no wider than it needs to be. -#}
{% macro kpi_type(measure) -%}
    {%- if measure.endswith('_count') -%} bigint
    {%- elif measure.endswith('_days') -%} decimal(18, 4)
    {%- else -%} decimal(18, 2)
    {%- endif -%}
{%- endmacro %}

{#- Before figures are put in: of a build from all rows all that are kept are to be made; else out with those that are made
    anew, those of periods and scopes that are kept no more, and of series that have nothing to tell any more. -#}
{% macro forget_kpis() -%}
    {%- set touched = ref('int_kpis_touched') -%}
    {%- set spanned = ref('int_kpis_spanned') -%}
    {%- set series = ref('int_kpi_series_found') -%}
    {%- set periods = ref('int_periods_told') -%}
    {%- if is_partial() -%}
    delete from {{ this }}
    where
        (scope_number, told_number) not in (
            select spanned.scope_number, spanned.told_number
            from {{ spanned }} as spanned
            left join {{ touched }} as touched
                on spanned.scope_number = touched.scope_number and spanned.told_number = touched.told_number
            where spanned.is_kept and touched.scope_number is null
        )
        or (scope_number, told_number, metric_number) in (
            select series.scope_number, told.told_number, series.metric_number
            from {{ series }} as series
            inner join {{ periods }} as told on series.kind_number = told.kind_number
            where series.is_gone
        )
    {%- else -%}
    delete from {{ touched }};
    insert into {{ touched }} select scope_number, told_number from {{ spanned }} where is_kept
    {%- endif -%}
{%- endmacro %}
