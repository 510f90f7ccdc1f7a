{# What is said of each period that figures are measured for, and upon which build that changed last. #}

with present as (
    select * from {{ ref('int_periods_told') }}
)

{{
    followed(
        ['told_number', 'kind_number', 'period_start_date', 'period_end_date', 'is_to_same_day'],
        ['level_date', 'is_current', 'is_whole_known', 'is_end_known', 'elapsed_ratio']
    )
}}
