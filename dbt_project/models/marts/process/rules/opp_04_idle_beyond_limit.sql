{#
    Days are counted by the calendar: of what was written down on a later day only the day is known. A deal that was
    never touched has been idle since it was created.
#}

with opportunities as (

    select
        *,
        {{ local_date('coalesce(last_activity_at, created_at)') }} as touched_date

    from {{ ref('fct_opportunities') }}
    where is_open

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

stages as (

    select
        sales_process,
        stage_name,
        idle_limit_days
    from {{ ref('dim_sales_stages') }}

),

thresholds as (

    select
        sales_process,
        threshold_value as default_idle_limit_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'OPP-04' and threshold_name = 'default_idle_limit_days'

),

limited as (

    select
        opportunities.*,
        {{ dbt.datediff('opportunities.touched_date', 'as_of.as_of_date', 'day') }} as silent_days,
        coalesce(stages.idle_limit_days, thresholds.default_idle_limit_days) as limit_days
    from opportunities
    cross join as_of
    inner join thresholds
        on coalesce(opportunities.sales_process, '') = thresholds.sales_process
    left join stages
        on opportunities.sales_process = stages.sales_process
            and opportunities.stage_name = stages.stage_name

)

select
    'OPP-04' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    case
        when last_activity_at is null then 'Never touched since it was created on ' else 'Nothing done since '
    end
    || cast(touched_date as {{ dbt.type_string() }})
    || '; the limit in ' || stage_name
    || ' is ' || cast(limit_days as {{ dbt.type_string() }}) || ' days' as detail
from limited
where silent_days > limit_days
