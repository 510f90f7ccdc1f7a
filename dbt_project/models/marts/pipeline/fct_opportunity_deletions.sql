select
    opportunity_id,
    opportunity_name,
    owner_id,
    stage_name,
    amount,
    coalesce(deleted_at, last_modified_at) as deleted_at,
    coalesce(deletion_kind, 'soft') as deletion_kind
from {{ ref('int_opportunities_classified') }}
where is_deleted
