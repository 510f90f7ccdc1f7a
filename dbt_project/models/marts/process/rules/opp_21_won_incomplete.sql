{# Quotes are asked for where the org writes any. #}

with judged as (

    {{ deals_judged_by('OPP-21') }}

),

quoted as (

    select distinct opportunity_id
    from {{ ref('stg_salesforce__quotes') }}
    where not is_deleted

),

quoting as (

    select count(*) > 0 as is_usual
    from quoted

),

checked as (

    select
        judged.*,
        coalesce(judged.record_amount, 0) = 0 as lacks_amount,
        coalesce(judged.contact_role_count, 0) = 0 as lacks_contact,
        quoted.opportunity_id is null and quoting.is_usual as lacks_quote
    from judged
    cross join quoting
    left join quoted
        on judged.opportunity_id = quoted.opportunity_id
    where judged.is_won

)

select
    'OPP-21' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    -- nothing of a closed deal is at risk any more
    cast(0 as decimal(18, 2)) as at_risk_amount,
    'Won on ' || cast({{ local_date('won_at') }} as {{ dbt.type_string() }})
    || case when lacks_amount then ', without an amount' else '' end
    || case when lacks_contact then ', without a contact' else '' end
    || case when lacks_quote then ', without a quote' else '' end as detail
from checked
where
    lacks_amount
    or lacks_contact
    or lacks_quote
