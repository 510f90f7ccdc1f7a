{# Quotes are asked for where the org writes any. #}

with quoted as (
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
    from {{ judged_deals('OPP-21') }} as judged
    cross join quoting
    left join quoted on judged.opportunity_id = quoted.opportunity_id
    where judged.is_won
)

select
    {{ deal_finding('OPP-21',
        "Won on {won_at|date}{case when lacks_amount then ', without an amount' else '' end}"
        ~ "{case when lacks_contact then ', without a contact' else '' end}"
        ~ "{case when lacks_quote then ', without a quote' else '' end}"
    ) }}
from checked
where lacks_amount or lacks_contact or lacks_quote
