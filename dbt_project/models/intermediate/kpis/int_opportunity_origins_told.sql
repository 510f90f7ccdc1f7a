{#
    What a deal was when it came up: its first amount and owner, when it first stood in a qualified stage and at
    what amount, and of which kind of business it is. A stage qualifies from the second of its process on, and
    in a process that starts with a customer (the seed opportunity_types says renewal) from the first.
#}

with versions as (

    select * from {{ ref('fct_opportunity_versions') }}

),

kinds as (

    select
        deals.opportunity_id,
        coalesce(listed.business_kind, 'other') as business_kind

    from {{ ref('int_opportunities_classified') }} as deals
    left join {{ ref('opportunity_types') }} as listed
        on lower(deals.opportunity_type) = lower(listed.opportunity_type)

),

marked as (

    select
        versions.opportunity_id,
        versions.version_number,
        versions.valid_from,
        versions.owner_id,
        versions.amount,
        versions.history_known_from,
        kinds.business_kind,
        min(
            case
                when versions.is_won
                    or (versions.is_open and (versions.stage_order >= 2 or kinds.business_kind = 'renewal'))
                    then versions.version_number
            end
        ) over (partition by versions.opportunity_id) as qualified_version_number

    from versions
    inner join kinds
        on versions.opportunity_id = kinds.opportunity_id

)

select
    opportunity_id,
    business_kind,
    max(case when version_number = 1 then owner_id end) as first_owner_id,
    max(case when version_number = 1 then amount end) as first_amount,
    max(history_known_from) as history_known_from,
    max(case when version_number = qualified_version_number then valid_from end) as qualified_at,
    max(case when version_number = qualified_version_number then owner_id end) as qualified_owner_id,
    max(case when version_number = qualified_version_number then amount end) as qualified_amount

from marked
group by opportunity_id, business_kind
