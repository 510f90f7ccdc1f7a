{#
    A win is quick when its cycle is under the quantile of what all others won in the same process (in a small team a
    seller's own wins would move it), of whom there must be enough. Wins of deals that were made and won on one day are
    left out on both sides: they have a rule of their own, and are so many that no cycle would be under the quantile.
#}

with limits as {{ limits_of('PATH-12', [
    'won_within_days', 'quick_percent', 'other_win_count', 'win_limit_count', 'quick_win_percent'
]) }},

wins as (
    select
        deals.owner_id,
        count(*) over (partition by deals.sales_process)
        - count(*) over (partition by deals.sales_process, deals.owner_id) as other_count,
        rank() over (partition by deals.sales_process order by deals.sales_cycle_days asc)
        - rank() over (
            partition by deals.sales_process, deals.owner_id order by deals.sales_cycle_days asc
        ) as quicker_count
    from {{ ref('fct_opportunities') }} as deals
    cross join limits
    where
        deals.is_won
        and {{ local_date('deals.won_at') }} > deals.created_date
        and {{ dbt.datediff('deals.won_at', 'limits.as_of_at', 'day') }} <= limits.won_within_days
),

sellers as (
    select
        wins.owner_id,
        count(*) as win_count,
        count(case when 100 * wins.quicker_count < limits.quick_percent * wins.other_count then 1 end)
            as quick_count
    from wins
    cross join limits
    where wins.other_count >= limits.other_win_count
    group by wins.owner_id
)

select
    {{ person_finding('PATH-12', "
        {quick_count} of {win_count} wins in the last {won_within_days} days took less time than all but
        {quick_percent} percent of the wins of others in the same process
    ") }}
from sellers
cross join limits
inner join {{ ref('dim_users') }} as people on sellers.owner_id = people.user_id
where
    people.is_active
    and sellers.win_count >= limits.win_limit_count
    and 100 * sellers.quick_count >= limits.quick_win_percent * sellers.win_count
