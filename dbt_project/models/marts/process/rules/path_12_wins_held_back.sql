{#
    A win is quick when its cycle is under the quantile of what all others won in the same process (in a small team a
    seller's own wins would move it), of whom there must be enough. Wins of deals that were made and won on one day are
    left out on both sides: they have a rule of their own, and are so many that no cycle would be under the quantile.
#}

with thresholds as (

    {{ thresholds_of('PATH-12', [
        'won_within_days', 'quick_percent', 'other_win_count', 'win_limit_count', 'quick_win_percent'
    ]) }}

),

wins as (

    select
        opportunities.owner_id,
        count(*) over (partition by opportunities.sales_process)
        - count(*) over (partition by opportunities.sales_process, opportunities.owner_id) as other_count,
        rank() over (partition by opportunities.sales_process order by opportunities.sales_cycle_days asc)
        - rank() over (
            partition by opportunities.sales_process, opportunities.owner_id
            order by opportunities.sales_cycle_days asc
        ) as quicker_count
    from {{ ref('fct_opportunities') }} as opportunities
    cross join {{ ref('int_as_of') }} as as_of
    inner join thresholds
        on thresholds.sales_process = ''
    where
        opportunities.is_won
        and {{ local_date('opportunities.won_at') }} > opportunities.created_date
        and {{ dbt.datediff('opportunities.won_at', 'as_of.as_of_at', 'day') }} <= thresholds.won_within_days

),

sellers as (

    select
        wins.owner_id,
        count(*) as win_count,
        count(
            case when 100 * wins.quicker_count < thresholds.quick_percent * wins.other_count then 1 end
        ) as quick_count
    from wins
    inner join thresholds
        on thresholds.sales_process = ''
    where wins.other_count >= thresholds.other_win_count
    group by wins.owner_id

)

select
    'PATH-12' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(sellers.quick_count as {{ dbt.type_string() }})
    || ' of ' || cast(sellers.win_count as {{ dbt.type_string() }})
    || ' wins in the last ' || cast(thresholds.won_within_days as {{ dbt.type_string() }})
    || ' days took less time than all but ' || cast(thresholds.quick_percent as {{ dbt.type_string() }})
    || ' percent of the wins of others in the same process' as detail
from sellers
inner join thresholds
    on thresholds.sales_process = ''
inner join {{ ref('dim_users') }} as people
    on sellers.owner_id = people.user_id
where
    people.is_active
    and sellers.win_count >= thresholds.win_limit_count
    and 100 * sellers.quick_count >= thresholds.quick_win_percent * sellers.win_count
