{#
    Since when the next step is what it is, as far as anybody can know: its last change that is on record, else the
    last change of anything when the deal was first seen. A deal that was closed in between begins anew.
#}

with seen as (
    select opportunity_id, min(last_modified_at) as first_modified_at
    from {{ ref('stg_salesforce__opportunity_changes') }}
    group by opportunity_id
),

changed as (
    select opportunity_id, max(changed_at) as changed_at
    from {{ ref('fct_opportunity_changes') }}
    where field_name = 'NextStep'
    group by opportunity_id
),

opened as (
    select opportunity_id, max(valid_to) as reopened_at
    from {{ ref('fct_opportunity_versions') }}
    where not is_open and not is_current
    group by opportunity_id
),

aged as (
    select
        deals.*,
        greatest(
            coalesce(changed.changed_at, seen.first_modified_at, deals.created_at),
            coalesce(opened.reopened_at, deals.created_at)
        ) as unchanged_since
    from {{ open_deals('OPP-03', ['unchanged_limit_days']) }} as deals
    left join seen on deals.opportunity_id = seen.opportunity_id
    left join changed on deals.opportunity_id = changed.opportunity_id
    left join opened on deals.opportunity_id = opened.opportunity_id
    where coalesce(trim(deals.next_step), '') <> ''
)

select {{ deal_finding('OPP-03', "Unchanged since {unchanged_since|date}: {next_step}") }}
from aged
where {{ elapsed_days('unchanged_since', 'as_of_at') }} > unchanged_limit_days
