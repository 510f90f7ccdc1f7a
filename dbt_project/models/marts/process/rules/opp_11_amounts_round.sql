with judged as (
    select
        deals.*,
        deals.record_amount = limits.round_to * round(deals.record_amount / limits.round_to, 0)
        and not coalesce(records.has_line_items, false) as is_guessed
    from {{ ref('fct_opportunities') }} as deals
    cross join {{ limits_of('OPP-11', ['round_to']) }} as limits
    inner join {{ ref('stg_salesforce__opportunities') }} as records
        on deals.opportunity_id = records.opportunity_id
    where deals.is_open and deals.record_amount > 0
),

counted as (
    select
        owner_id,
        count(*) as deal_count,
        sum(case when is_guessed then 1 else 0 end) as guessed_count,
        sum(case when is_guessed then amount end) as guessed_amount
    from judged
    group by owner_id
)

select
    {{ person_finding('OPP-11', "
        {guessed_count} of {deal_count} open amounts are round and without products
    ", amount='guessed_amount') }}
from counted
cross join {{ limits_of('OPP-11', ['share_limit_percent', 'least_count']) }} as limits
inner join {{ ref('dim_users') }} as people on counted.owner_id = people.user_id
where
    counted.deal_count >= limits.least_count
    and 100 * counted.guessed_count > limits.share_limit_percent * counted.deal_count
