{# What the rules find, with the id that the ledger knows each finding by. #}

select
    {{ dbt.hash("rule_id || '|' || record_object || '|' || record_id") }} as exception_id,
    rule_id,
    record_object,
    record_id,
    record_name,
    owner_id,
    opportunity_id,
    at_risk_amount,
    -- a record may lack even what its rule would name
    coalesce(detail, 'The record lacks what would tell more') as detail
from {{ ref('int_process_findings_unioned') }}
