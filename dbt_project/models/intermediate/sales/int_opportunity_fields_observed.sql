{#
    What was seen of a deal's tracked fields: each change that the CRM's field history tells of, and the value
    in every version that a sync has seen, the record last.
#}
{% set fields = {
    'Owner': 'owner_id',
    'RecordType': 'record_type_id',
    'Type': 'opportunity_type',
    'LeadSource': 'lead_source',
    'NextStep': 'next_step',
} %}

{{ config(materialized='view') }}

with changes as (
    -- Stage, amount, probability, date and category have a history of their own. A lookup field comes
    -- twice, as ids and as names: the ids are kept.
    select
        opportunity_id,
        field_name,
        created_at as changed_at,
        0 as precedence,
        old_value,
        new_value,
        created_by_id as changed_by_id,
        'history' as provenance
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    where
        field_name not in (
            'StageName', 'Amount', 'Probability', 'CloseDate', 'ForecastCategory', 'ForecastCategoryName',
            'ExpectedRevenue', 'created'
        )
        and (field_name <> 'Owner' or substring(coalesce(new_value, old_value), 1, 3) = '005')
        and (field_name <> 'RecordType' or substring(coalesce(new_value, old_value), 1, 3) = '012')
),

observed as (
    select * from changes

    {% for field, column in fields.items() %}
    union all
    select
        opportunity_id,
        {{ quoted(field) }} as field_name,
        last_modified_at as changed_at,
        1 as precedence,
        {{ column }} as old_value,
        {{ column }} as new_value,
        last_modified_by_id as changed_by_id,
        'captured' as provenance
    from {{ ref('int_opportunity_captures_superseded') }}
    union all
    select
        opportunity_id,
        {{ quoted(field) }} as field_name,
        coalesce(last_modified_at, created_at) as changed_at,
        2 as precedence,
        {{ column }} as old_value,
        {{ column }} as new_value,
        last_modified_by_id as changed_by_id,
        'current' as provenance
    from {{ ref('stg_salesforce__opportunities') }}
    {% endfor %}
)

select * from observed
