{# The owner is the one that the deal had then; the manager the one that this owner had then. #}

with versions as (
    select * from {{ of_touched(ref('int_opportunity_versions_rebuilt')) }}
)

select
    versions.opportunity_id,
    versions.version_number,
    versions.valid_from,
    versions.valid_to,
    versions.is_current,

    -- the deal then
    deals.sales_process,
    versions.stage_name,
    stages.stage_order,
    versions.currency_iso_code,
    versions.record_amount,
    {{ in_corporate_currency('versions.record_amount', 'rates.rate') }} as amount,
    {{ in_corporate_currency('versions.record_amount', 'rates.constant_rate') }} as constant_amount,
    versions.probability_rate,
    cast(
        {{ in_corporate_currency('versions.record_amount', 'rates.rate') }} * versions.probability_rate
        as decimal(18, 2)
    ) as weighted_amount,
    versions.close_date,
    versions.forecast_category,
    not versions.is_closed as is_open,
    versions.is_won,
    versions.is_closed and not versions.is_won as is_lost,

    -- whose it was then, and whose it is now
    versions.owner_id,
    managers.manager_id,
    deals.owner_id as current_owner_id,
    users.manager_id as current_manager_id,

    -- how we know
    versions.changed_by_id,
    versions.provenance,
    versions.history_known_from,
    deals.is_deleted
from versions
inner join {{ ref('int_opportunities_classified') }} as deals
    on versions.opportunity_id = deals.opportunity_id
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'versions.currency_iso_code', 'versions.close_date') }}
left join {{ ref('int_sales_stages_resolved') }} as stages
    on
        deals.sales_process = stages.sales_process
        and versions.stage_name = stages.stage_name
left join {{ ref('stg_salesforce__users') }} as users on deals.owner_id = users.user_id
left join {{ ref('int_users_versioned') }} as managers
    on
        versions.owner_id = managers.user_id
        and versions.valid_from >= managers.valid_from
        and versions.valid_from < coalesce(managers.valid_to, {{ end_of_time() }})
