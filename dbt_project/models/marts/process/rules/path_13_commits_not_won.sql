{#
    Of the deals that ended in the fiscal quarters that ended last, those that had been in Commit while open. The
    commitment is the owner's who had the deal in Commit last.
#}

with thresholds as (

    {{ thresholds_of('PATH-13', ['quarter_count', 'deal_limit_count', 'won_percent']) }}

),

quarters as (

    select
        dates.fiscal_quarter_start_date,
        dates.fiscal_quarter_end_date,
        row_number() over (order by dates.fiscal_quarter_start_date desc) as recency
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('int_as_of') }} as as_of
    where
        dates.date_day = dates.fiscal_quarter_end_date
        and dates.fiscal_quarter_end_date < as_of.as_of_date

),

span as (

    select
        min(quarters.fiscal_quarter_start_date) as first_date,
        max(quarters.fiscal_quarter_end_date) as last_date
    from quarters
    inner join thresholds
        on thresholds.sales_process = ''
    where quarters.recency <= thresholds.quarter_count

),

commitments as (

    select
        versions.owner_id,
        opportunities.is_won,
        row_number() over (
            partition by versions.opportunity_id
            order by versions.version_number desc
        ) as recency
    from {{ ref('fct_opportunities') }} as opportunities
    inner join span
        on {{ local_date('opportunities.closed_at') }} between span.first_date and span.last_date
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on opportunities.opportunity_id = versions.opportunity_id
    where
        opportunities.is_closed
        and versions.is_open
        and versions.forecast_category = 'Commit'

),

sellers as (

    select
        owner_id,
        count(*) as deal_count,
        count(case when is_won then 1 end) as won_count
    from commitments
    where recency = 1
    group by owner_id

)

select
    'PATH-13' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'Won ' || cast(sellers.won_count as {{ dbt.type_string() }})
    || ' of ' || cast(sellers.deal_count as {{ dbt.type_string() }})
    || ' deals that had been in Commit and ended in the last '
    || cast(thresholds.quarter_count as {{ dbt.type_string() }}) || ' fiscal quarters' as detail
from sellers
inner join thresholds
    on thresholds.sales_process = ''
inner join {{ ref('dim_users') }} as people
    on sellers.owner_id = people.user_id
where
    people.is_active
    and sellers.deal_count >= thresholds.deal_limit_count
    and 100 * sellers.won_count < thresholds.won_percent * sellers.deal_count
