select
    {{ deal_finding('OPP-26', "
        Owned by {coalesce(owners.user_name, 'somebody')}, who does not work here any more
    ", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('dim_users') }} as owners on deals.owner_id = owners.user_id
where deals.is_open and not owners.is_active
