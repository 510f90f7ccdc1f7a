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
