select
    versions.opportunity_id,
    versions.stage_name,
    opportunities.stage_name as record_stage_name,
    versions.record_amount,
    opportunities.record_amount as amount_of_record

from {{ ref('int_opportunity_versions_rebuilt') }} as versions
inner join {{ ref('stg_salesforce__opportunities') }} as opportunities
    on versions.opportunity_id = opportunities.opportunity_id
where
    versions.is_current
    and (
        versions.stage_name is distinct from opportunities.stage_name
        or versions.record_amount is distinct from opportunities.record_amount
        or versions.currency_iso_code is distinct from opportunities.currency_iso_code
        or versions.probability_rate is distinct from opportunities.probability_rate
        or versions.close_date is distinct from opportunities.close_date
        or versions.is_closed is distinct from opportunities.is_closed
        or versions.owner_id is distinct from opportunities.owner_id
    )
