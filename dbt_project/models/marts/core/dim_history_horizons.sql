{#
    Where what is known of the past begins. OpportunityHistory is always on. A field is tracked if field
    history holds a change of it, and then as far back as any change of any field is kept. What neither
    tells is known from our own first sync on, which saw every deal as it was since its last change.
#}

with history as (
    select min(created_at) as known_from from {{ ref('stg_salesforce__opportunity_history') }}
),

first_load as (
    select min(seen_at) as seen_at from {{ ref('stg_salesforce__opportunity_changes') }}
),

captured as (
    select max(changes.last_modified_at) as known_from
    from {{ ref('stg_salesforce__opportunity_changes') }} as changes
    inner join first_load on changes.seen_at = first_load.seen_at
),

tracking as (
    select min(created_at) as known_from from {{ ref('stg_salesforce__opportunity_field_history') }}
),

tracked as (
    select distinct field_name from {{ ref('stg_salesforce__opportunity_field_history') }}
),

fields as (
    select distinct field_name from {{ ref('int_opportunity_fields_observed') }}
),

horizons as (
    select
        'State' as field_name,
        coalesce(history.known_from, captured.known_from) as known_from,
        case when history.known_from is null then 'first_sync' else 'OpportunityHistory' end as source_name
    from history
    cross join captured
    union all
    select
        fields.field_name,
        case when tracked.field_name is null then captured.known_from else tracking.known_from end
            as known_from,
        case when tracked.field_name is null then 'first_sync' else 'OpportunityFieldHistory' end
            as source_name
    from fields
    cross join captured
    cross join tracking
    left join tracked on fields.field_name = tracked.field_name
)

select 'Opportunity' as object_name, field_name, known_from as history_known_from, source_name
from horizons
