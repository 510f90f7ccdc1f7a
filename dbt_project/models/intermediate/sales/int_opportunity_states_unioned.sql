{# What is known of a deal at which instant: the values after each change, and the record as it is now. #}

{{ config(materialized='view') }}

select
    opportunity_id,
    'history' as provenance,
    created_at as seen_at,
    opportunity_history_id as state_id,
    stage_name,
    amount,
    probability_rate,
    close_date,
    forecast_category

from {{ ref('stg_salesforce__opportunity_history') }}

union all

select
    opportunity_id,
    'current' as provenance,
    coalesce(last_modified_at, created_at) as seen_at,
    opportunity_id as state_id,
    stage_name,
    amount,
    probability_rate,
    close_date,
    forecast_category

from {{ ref('stg_salesforce__opportunities') }}
