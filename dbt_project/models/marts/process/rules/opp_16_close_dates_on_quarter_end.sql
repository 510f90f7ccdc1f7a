with counted as (
    select
        deals.owner_id,
        count(*) as deal_count,
        count(last_days.date_day) as last_day_count,
        sum(case when last_days.date_day is not null then deals.amount end) as last_day_amount
    from {{ ref('fct_opportunities') }} as deals
    left join {{ ref('dim_dates') }} as last_days
        on deals.close_date = last_days.date_day and last_days.date_day = last_days.fiscal_quarter_end_date
    where deals.is_open
    group by deals.owner_id
)

select
    {{ person_finding('OPP-16', "
        {last_day_count} of {deal_count} open deals are to close on the last day of a quarter
    ", amount='last_day_amount') }}
from counted
cross join {{ limits_of('OPP-16', ['share_limit_percent', 'least_count']) }} as limits
inner join {{ ref('dim_users') }} as people on counted.owner_id = people.user_id
where
    counted.deal_count >= limits.least_count
    and 100 * counted.last_day_count > limits.share_limit_percent * counted.deal_count
