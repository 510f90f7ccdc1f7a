{#
    Whom a win is credited to, for pay: the people that its revenue is split between, else its owner at the time of the
    win, whoever has it now. One row for each win and person credited.
#}

with wins as (
    select * from {{ ref('int_wins_placed') }}
),

splits as (
    select opportunity_id, owner_id as credited_user_id, sum(credit_amount) as credited_amount
    from {{ ref('fct_split_credits') }}
    where is_revenue and is_split
    group by opportunity_id, owner_id
)

select
    wins.opportunity_id,
    splits.credited_user_id,
    wins.close_date,
    cast(splits.credited_amount as decimal(18, 2)) as credited_amount,
    'split' as credit_source
from wins
inner join splits on wins.opportunity_id = splits.opportunity_id

union all

select
    wins.opportunity_id,
    coalesce(versions.owner_id, wins.owner_id) as credited_user_id,
    wins.close_date,
    cast(wins.amount as decimal(18, 2)) as credited_amount,
    'owner' as credit_source
from wins
inner join {{ ref('fct_opportunities') }} as deals on wins.opportunity_id = deals.opportunity_id
left join {{ ref('fct_opportunity_versions') }} as versions
    on
        deals.opportunity_id = versions.opportunity_id
        and deals.won_at >= versions.valid_from
        and deals.won_at < coalesce(versions.valid_to, cast('9999-12-31' as timestamp))
where wins.opportunity_id not in (select splits.opportunity_id from splits)
