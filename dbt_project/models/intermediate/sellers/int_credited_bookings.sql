{#
    Whom a win is credited to, for pay: its owner at the time of the win, whoever has it now. One row for each win and
    person credited; where credit is split, several rows take the place of the owner's.
#}

select
    wins.opportunity_id,
    coalesce(versions.owner_id, wins.owner_id) as credited_user_id,
    wins.close_date,
    cast(wins.amount as decimal(18, 2)) as credited_amount,
    'owner' as credit_source

from {{ ref('int_wins_placed') }} as wins
inner join {{ ref('fct_opportunities') }} as deals
    on wins.opportunity_id = deals.opportunity_id
left join {{ ref('fct_opportunity_versions') }} as versions
    on
        deals.opportunity_id = versions.opportunity_id
        and deals.won_at >= versions.valid_from
        and (deals.won_at < versions.valid_to or versions.valid_to is null)
