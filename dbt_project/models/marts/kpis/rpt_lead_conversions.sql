{#
    Of the leads created in a fiscal month, by source and owner, how many were converted by which age, and how long
    they waited for the first touch. Open ones stay in the denominator; a lead that nobody touched counts with the time
    it has waited so far, and is within the limit only if it was touched in time.
#}
{% set limit = var('lead_response_limit_hours') %}

with leads as (
    select
        leads.*,
        coalesce(leads.owner_id, '') as owned_by_id,
        coalesce(leads.lead_source, '') as source_name,
        dates.fiscal_month_start_date as cohort_start_date,
        as_of.as_of_date
    from {{ ref('fct_leads') }} as leads
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on leads.created_date = dates.date_day
)

select
    cohort_start_date,
    source_name as lead_source,
    owned_by_id as owner_id,
    max(owner_name) as owner_name,
    count(*) as lead_count,
    {% for days in [30, 60, 90] %}
    cast(sum(case when conversion_days <= {{ days }} then 1 else 0 end) as bigint)
        as converted_{{ days }}_days_count,
    {% endfor %}
    cast(sum(case when is_converted then 1 else 0 end) as bigint) as converted_count,
    cast(sum(case when is_converted then 1 else 0 end) as double) / count(*) as conversion_rate,
    cast(sum(case when is_opportunity_won then 1 else 0 end) as bigint) as won_count,
    cast(sum(case when is_response_censored then 1 else 0 end) as bigint) as untouched_count,
    cast({{ percentile('response_hours', 0.5) }} as double) as median_response_hours,
    cast({{ percentile('response_hours', 0.9) }} as double) as p90_response_hours,
    cast(
        sum(case when not is_response_censored and response_hours <= {{ limit }} then 1 else 0 end) as double
    )
    / count(*) as within_limit_rate,
    max({{ dbt.datediff('created_date', 'as_of_date', 'day') }}) >= 90
    and min({{ dbt.datediff('created_date', 'as_of_date', 'day') }}) >= 90 as is_mature
from leads
group by cohort_start_date, source_name, owned_by_id
