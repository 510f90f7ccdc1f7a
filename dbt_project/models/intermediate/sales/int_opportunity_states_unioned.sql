{#
    What is known of a deal at which instant: the values after each change that the CRM's history tells of,
    the versions that our syncs have seen since, and the record as it is now.
#}

{{ config(materialized='view') }}

select
    opportunity_id,
    'history' as provenance,
    created_at as seen_at,
    opportunity_history_id as state_id,
    stage_name,
    currency_iso_code,
    record_amount,
    probability_rate,
    close_date,
    forecast_category,
    cast(null as boolean) as is_closed,
    cast(null as boolean) as is_won,
    created_by_id as changed_by_id
from {{ ref('stg_salesforce__opportunity_history') }}

union all

select
    opportunity_id,
    'captured' as provenance,
    last_modified_at as seen_at,
    cast(seen_at as {{ dbt.type_string() }}) as state_id,
    stage_name,
    currency_iso_code,
    record_amount,
    probability_rate,
    close_date,
    forecast_category,
    is_closed,
    is_won,
    last_modified_by_id as changed_by_id
from {{ ref('int_opportunity_captures_superseded') }}

union all

select
    opportunity_id,
    'current' as provenance,
    coalesce(last_modified_at, created_at) as seen_at,
    opportunity_id as state_id,
    stage_name,
    currency_iso_code,
    record_amount,
    probability_rate,
    close_date,
    forecast_category,
    is_closed,
    is_won,
    last_modified_by_id as changed_by_id
from {{ ref('stg_salesforce__opportunities') }}
