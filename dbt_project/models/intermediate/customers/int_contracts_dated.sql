{#
    What a customer has bought, as terms: the CRM tells of wins, not of contracts, so each win of a recurring kind
    is taken to run for a term from its close date. An expansion ends with the contract that it enlarges: of those
    that run on its day, the latest one; without any it is a contract of its own.
#}

with wins as (
    select
        opportunity_id,
        account_id,
        business_kind,
        close_date as start_date,
        cast(
            {{ dbt.dateadd('month', var('contract_term_months'), 'close_date') }} as date
        ) as term_end_date,
        amount,
        is_sized
    from {{ ref('int_wins_placed') }}
    where
        account_id is not null
        and close_date is not null
        and business_kind in {{ quoted_list(var('recurring_business_kinds')) }}
),

expansions as (
    -- an inner join: in an outer one this comparison of days would be made of every win with every other
    select
        wins.opportunity_id,
        bases.opportunity_id as contract_id,
        bases.term_end_date,
        row_number() over (
            partition by wins.opportunity_id
            order by bases.start_date desc, bases.opportunity_id asc
        ) as preference
    from wins
    inner join wins as bases
        on
            wins.account_id = bases.account_id
            and wins.start_date >= bases.start_date
            and wins.start_date < bases.term_end_date
    where wins.business_kind = 'expansion' and bases.business_kind <> 'expansion'
)

select
    wins.opportunity_id,
    wins.account_id,
    coalesce(expansions.contract_id, wins.opportunity_id) as contract_id,
    wins.business_kind,
    wins.start_date,
    coalesce(expansions.term_end_date, wins.term_end_date) as term_end_date,
    wins.amount,
    wins.is_sized
from wins
left join expansions
    on wins.opportunity_id = expansions.opportunity_id and expansions.preference = 1
