with thresholds as (

    {{ thresholds_of('OPP-11', ['share_limit_percent', 'least_count', 'round_to']) }}

),

judged as (

    select
        deals.owner_id,
        deals.amount,
        thresholds.share_limit_percent,
        thresholds.least_count,
        case
            when
                deals.record_amount
                = thresholds.round_to * round(deals.record_amount / thresholds.round_to, 0)
                and not coalesce(records.has_line_items, false)
                then 1
            else 0
        end as is_guessed
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('stg_salesforce__opportunities') }} as records
        on deals.opportunity_id = records.opportunity_id
    cross join thresholds
    where
        deals.is_open
        and deals.record_amount > 0
        and thresholds.sales_process = ''

),

counted as (

    select
        owner_id,
        count(*) as deal_count,
        sum(is_guessed) as guessed_count,
        sum(case when is_guessed = 1 then amount end) as guessed_amount
    from judged
    group by owner_id
    having
        count(*) >= max(least_count)
        and 100 * sum(is_guessed) > max(share_limit_percent) * count(*)

)

select
    'OPP-11' as rule_id,
    'User' as record_object,
    sellers.user_id as record_id,
    sellers.user_name as record_name,
    sellers.user_id as owner_id,
    cast(counted.guessed_amount as decimal(18, 2)) as at_risk_amount,
    cast(counted.guessed_count as {{ dbt.type_string() }})
    || ' of '
    || cast(counted.deal_count as {{ dbt.type_string() }})
    || ' open amounts are round and without products' as detail
from counted
inner join {{ ref('dim_users') }} as sellers
    on counted.owner_id = sellers.user_id
