{#
    Every contract with what became of it at the end of its term, and the renewals whose contract nobody entered.
    Renewed, it gives way to the renewal on the day of that win, early or late. While a renewal is open nothing is
    lost; a lost one ends it with the term, or on the day of the loss if that is later.
#}

with cases as (
    select
        paired.*,
        as_of.as_of_date,
        case
            when paired.is_renewed then 'renewed'
            when paired.is_renewal_open then 'open'
            when paired.is_renewal_lost then 'lost'
            when paired.due_date <= as_of.as_of_date then 'lapsed'
            else 'running'
        end as outcome
    from {{ ref('int_renewals_paired') }} as paired
    cross join {{ ref('int_as_of') }} as as_of
)

select
    cases.renewal_case_id,
    cases.contract_id as contract_opportunity_id,
    cases.account_id,
    customers.account_name,
    customers.owner_id as account_owner_id,
    customers.owner_name as account_owner_name,
    cases.start_date,
    cases.due_date,
    dates.fiscal_quarter_start_date,
    cases.outcome,
    case
        when cases.contract_id is null or cases.outcome = 'open' then null
        when cases.outcome = 'renewed' then cases.renewal_close_date
        when cases.outcome = 'lost'
            then greatest(cases.due_date, coalesce(cases.renewal_closed_date, cases.due_date))
        else cases.due_date
    end as end_date,
    cases.contract_id is not null as is_contract_known,
    cast(cases.contract_amount as decimal(18, 2)) as contract_amount,
    cases.renewal_opportunity_id,
    cases.renewal_owner_id,
    cases.renewal_close_date,
    cases.renewal_amount,
    case
        when cases.contract_id is not null
            then cast({{ dbt.datediff('cases.due_date', 'cases.renewal_close_date', 'day') }} as bigint)
    end as renewal_delay_days
from cases
left join {{ ref('dim_accounts') }} as customers on cases.account_id = customers.account_id
left join {{ ref('dim_dates') }} as dates on cases.due_date = dates.date_day
