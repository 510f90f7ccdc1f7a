{#
    Every win with what it is to be counted as: its kind of business, whether the account had bought before, and
    whether it came by referral. The first win of an account is not repeat business, however many share its day.
#}

with wins as (
    select * from {{ ref('fct_opportunities') }}
    where is_won
),

firsts as (
    select account_id, min(close_date) as first_won_date
    from wins
    where account_id is not null
    group by account_id
)

select
    wins.opportunity_id,
    wins.owner_id,
    wins.account_id,
    wins.sales_process,
    coalesce(wins.lead_source, '') as source_name,
    wins.close_date,
    coalesce(wins.amount, 0) as amount,
    coalesce(wins.amount, 0) > 0 as is_sized,
    wins.sales_cycle_days,
    -- a qualification that nobody saw, or that came with the win, says nothing of the time since
    case
        when origins.qualified_at >= origins.history_known_from and origins.qualified_at < wins.won_at
            then {{ elapsed_days('origins.qualified_at', 'wins.won_at') }}
    end as qualified_cycle_days,
    origins.business_kind,
    coalesce(wins.close_date > firsts.first_won_date, false) as is_repeat,
    coalesce(wins.lead_source in {{ quoted_list(var('referral_lead_sources')) }}, false) as is_referral
from wins
inner join {{ ref('int_opportunity_origins_told') }} as origins
    on wins.opportunity_id = origins.opportunity_id
left join firsts on wins.account_id = firsts.account_id
