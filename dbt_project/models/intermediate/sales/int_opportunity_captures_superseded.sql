{#
    The versions of a deal that a sync has seen and that are no longer the record: our own change log without
    its latest line of each deal, which the record itself says.
#}

{{ config(materialized='view') }}

with captures as (

    select
        *,
        max(seen_at) over (partition by opportunity_id) as last_seen_at

    from {{ ref('stg_salesforce__opportunity_changes') }}

)

select *

from captures
where
    seen_at < last_seen_at
    and last_modified_at is not null
    and not is_deleted
