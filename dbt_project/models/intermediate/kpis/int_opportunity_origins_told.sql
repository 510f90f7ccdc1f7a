{#
    What a deal was when it came up: its first amount and owner, when it first stood in a qualified stage and at
    what amount, and of which kind of business it is. A stage qualifies from the second of its process on, and
    in a process that starts with a customer (the seed opportunity_types says renewal) from the first.
#}

with versions as (
    select * from {{ of_touched(ref('fct_opportunity_versions')) }}
),

kinds as (
    select deals.opportunity_id, coalesce(listed.business_kind, 'other') as business_kind
    from {{ of_touched(ref('int_opportunities_classified')) }} as deals
    left join {{ ref('opportunity_types') }} as listed
        on lower(deals.opportunity_type) = lower(listed.opportunity_type)
),

qualified as (
    select versions.opportunity_id, min(versions.version_number) as version_number
    from versions
    inner join kinds on versions.opportunity_id = kinds.opportunity_id
    where
        versions.is_won
        or (versions.is_open and (versions.stage_order >= 2 or kinds.business_kind = 'renewal'))
    group by versions.opportunity_id
)

select
    kinds.opportunity_id,
    kinds.business_kind,
    firsts.owner_id as first_owner_id,
    firsts.amount as first_amount,
    firsts.history_known_from,
    then_state.valid_from as qualified_at,
    then_state.owner_id as qualified_owner_id,
    then_state.amount as qualified_amount
from kinds
inner join versions as firsts
    on
        kinds.opportunity_id = firsts.opportunity_id
        and firsts.version_number = 1
left join qualified on kinds.opportunity_id = qualified.opportunity_id
left join versions as then_state
    on
        qualified.opportunity_id = then_state.opportunity_id
        and qualified.version_number = then_state.version_number
