{#
    Of the deals that ended in the fiscal quarters that ended last, those that had been in Commit while open. The
    commitment is the owner's who had the deal in Commit last.
#}

with limits as {{ limits_of('PATH-13', ['quarter_count', 'deal_limit_count', 'won_percent']) }},

quarters as (
    select
        dates.fiscal_quarter_start_date as first_date,
        dates.date_day as last_date,
        row_number() over (order by dates.date_day desc) as recency
    from {{ ref('dim_dates') }} as dates
    inner join limits on dates.date_day < limits.as_of_date
    where dates.date_day = dates.fiscal_quarter_end_date
),

span as (
    select min(quarters.first_date) as first_date, max(quarters.last_date) as last_date
    from quarters
    inner join limits on quarters.recency <= limits.quarter_count
),

commitments as (
    select
        versions.owner_id,
        deals.is_won,
        row_number() over (
            partition by versions.opportunity_id order by versions.version_number desc
        ) as recency
    from {{ ref('fct_opportunities') }} as deals
    inner join span
        on {{ local_date('deals.closed_at') }} between span.first_date and span.last_date
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on deals.opportunity_id = versions.opportunity_id
    where deals.is_closed and versions.is_open and versions.forecast_category = 'Commit'
),

sellers as (
    select owner_id, count(*) as deal_count, count(case when is_won then 1 end) as won_count
    from commitments
    where recency = 1
    group by owner_id
)

select
    {{ person_finding('PATH-13', "
        Won {won_count} of {deal_count} deals that had been in Commit and ended in the last {quarter_count}
        fiscal quarters
    ") }}
from sellers
cross join limits
inner join {{ ref('dim_users') }} as people on sellers.owner_id = people.user_id
where
    people.is_active
    and sellers.deal_count >= limits.deal_limit_count
    and 100 * sellers.won_count < limits.won_percent * sellers.deal_count
