select
    opportunity_id,
    created_at,
    closed_at

from {{ ref('fct_opportunities') }}
where
    (is_closed and closed_at is null)
    or (is_open and closed_at is not null)
    or closed_at < created_at
