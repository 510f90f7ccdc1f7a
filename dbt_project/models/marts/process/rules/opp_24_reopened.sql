with judged as {{ judged_deals('OPP-24') }},

in_order as (
    select
        versions.opportunity_id,
        versions.valid_from,
        versions.is_open,
        lag(versions.is_open) over (
            partition by versions.opportunity_id order by versions.version_number asc
        ) as was_open
    from judged
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on judged.opportunity_id = versions.opportunity_id
    where not versions.is_deleted
),

reopened as (
    select opportunity_id, max(valid_from) as reopened_at
    from in_order
    where is_open and not was_open
    group by opportunity_id
)

select
    {{ deal_finding('OPP-24', "Reopened on {reopened_at|date} after it was closed", of='judged') }}
from judged
inner join reopened on judged.opportunity_id = reopened.opportunity_id
