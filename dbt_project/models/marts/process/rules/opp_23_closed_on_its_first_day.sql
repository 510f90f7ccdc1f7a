with closings as (
    select opportunity_id, min(valid_from) as first_closed_at
    from {{ ref('fct_opportunity_versions') }}
    where not is_open and not is_deleted
    group by opportunity_id
)

select {{ deal_finding('OPP-23', "Created and closed on {created_date}", of='judged') }}
from {{ judged_deals('OPP-23') }} as judged
inner join closings on judged.opportunity_id = closings.opportunity_id
where {{ local_date('closings.first_closed_at') }} = judged.created_date
