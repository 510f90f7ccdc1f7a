{#
    Which renewal answers which contract: the CRM links them nowhere, so one of the same account that is due within
    some days before or after the end of the term does. A renewal is the answer to the nearest contract first; only a
    contract without a renewal of its own takes that of another one, as when several are renewed in one.
#}
{% set distance = dbt.datediff('contracts.term_end_date', 'renewals.close_date', 'day') %}

with contracts as (
    select
        contract_id,
        account_id,
        min(start_date) as start_date,
        max(term_end_date) as term_end_date,
        sum(amount) as contract_amount
    from {{ ref('int_contracts_dated') }}
    group by contract_id, account_id
),

renewals as (
    select deals.*
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('int_opportunity_origins_told') }} as origins
        on deals.opportunity_id = origins.opportunity_id
    where
        origins.business_kind = 'renewal'
        and deals.account_id is not null
        and deals.close_date is not null
),

possible as (
    select
        contracts.contract_id,
        renewals.opportunity_id as renewal_opportunity_id,
        renewals.is_won,
        renewals.is_open,
        abs({{ distance }}) as distance_days,
        row_number() over (
            partition by renewals.opportunity_id
            order by abs({{ distance }}) asc, contracts.start_date asc, contracts.contract_id asc
        ) as contract_preference
    from contracts
    inner join renewals
        on
            contracts.account_id = renewals.account_id
            and contracts.contract_id <> renewals.opportunity_id
            and contracts.start_date < renewals.close_date
            and {{ distance }} between -{{ var('renewal_early_days') }} and {{ var('renewal_late_days') }}
),

chosen as (
    select
        *,
        row_number() over (
            partition by contract_id
            order by
                case when contract_preference = 1 then 0 else 1 end asc,
                case when is_won then 0 when is_open then 1 else 2 end asc,
                distance_days asc,
                renewal_opportunity_id asc
        ) as renewal_preference
    from possible
),

answered as (
    select * from chosen
    where renewal_preference = 1
)

select
    coalesce(contracts.contract_id, concat('unknown-', renewals.opportunity_id)) as renewal_case_id,
    contracts.contract_id,
    coalesce(contracts.account_id, renewals.account_id) as account_id,
    contracts.start_date,
    coalesce(contracts.term_end_date, renewals.close_date) as due_date,
    contracts.contract_amount,
    renewals.opportunity_id as renewal_opportunity_id,
    renewals.owner_id as renewal_owner_id,
    renewals.close_date as renewal_close_date,
    {{ local_date('renewals.closed_at') }} as renewal_closed_date,
    renewals.amount as renewal_amount,
    coalesce(renewals.is_won, false) as is_renewed,
    coalesce(renewals.is_open, false) as is_renewal_open,
    coalesce(renewals.is_lost, false) as is_renewal_lost
from contracts
left join answered on contracts.contract_id = answered.contract_id
full outer join renewals
    on answered.renewal_opportunity_id = renewals.opportunity_id
where
    contracts.contract_id is not null
    or renewals.opportunity_id not in (select possible.renewal_opportunity_id from possible)
