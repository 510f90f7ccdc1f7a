{#
    The ledger of exceptions: each finding once, from the day it was first seen. What is no longer found stays
    as resolved, and is open again when it comes back. It is never rebuilt, since nothing else remembers.
#}

{{
    config(
        materialized='incremental',
        unique_key='exception_id',
        incremental_strategy='delete+insert' if target.type == 'duckdb' else 'merge',
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with as_of as (
    select as_of_at from {{ ref('int_as_of') }}
),

findings as (
    select
        findings.*,
        rules.rule_name,
        rules.severity,
        owners.user_name as owner_name,
        owners.manager_id,
        waived.waived_reason,
        case when waived.exception_id is null then 'open' else 'waived' end as status
    from {{ ref('int_process_findings') }} as findings
    left join {{ ref('dim_process_rules') }} as rules on findings.rule_id = rules.rule_id
    left join {{ ref('dim_users') }} as owners on findings.owner_id = owners.user_id
    left join {{ ref('int_process_findings_waived') }} as waived
        on findings.exception_id = waived.exception_id
),

previous as (
    {% if is_incremental() %}
    select * from {{ this }}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as exception_id,
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as {{ dbt.type_timestamp() }}) as first_seen_at,
        0 as reopened_count
    where 1 = 0
    {% endif %}
)

select
    findings.exception_id,
    findings.rule_id,
    findings.rule_name,
    findings.severity,
    findings.record_object,
    findings.record_id,
    findings.record_name,
    findings.owner_id,
    findings.owner_name,
    findings.manager_id,
    findings.opportunity_id,
    findings.at_risk_amount,
    findings.detail,
    findings.status,
    coalesce(previous.first_seen_at, as_of.as_of_at) as first_seen_at,
    as_of.as_of_at as last_seen_at,
    cast(null as {{ dbt.type_timestamp() }}) as resolved_at,
    cast(
        coalesce(previous.reopened_count, 0)
        + case when previous.status = 'resolved' then 1 else 0 end
        as bigint
    ) as reopened_count,
    findings.waived_reason
from findings
cross join as_of
left join previous on findings.exception_id = previous.exception_id

{% if is_incremental() %}
union all

select
    previous.exception_id,
    previous.rule_id,
    previous.rule_name,
    previous.severity,
    previous.record_object,
    previous.record_id,
    previous.record_name,
    previous.owner_id,
    previous.owner_name,
    previous.manager_id,
    previous.opportunity_id,
    previous.at_risk_amount,
    previous.detail,
    'resolved' as status,
    previous.first_seen_at,
    previous.last_seen_at,
    as_of.as_of_at as resolved_at,
    previous.reopened_count,
    previous.waived_reason
from previous
cross join as_of
left join findings on previous.exception_id = findings.exception_id
where findings.exception_id is null and previous.status in ('open', 'waived')
{% endif %}
