with deals as (

    select
        *,
        {{ local_date('closed_at') }} as closed_date
    from {{ ref('fct_opportunities') }}
    where is_closed

),

activities as (

    select
        opportunity_id,
        created_at,
        done_date
    from {{ ref('int_activities_logged') }}
    where is_completed
        and opportunity_id is not null

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        sales_process,
        max(case when threshold_name = 'backfill_limit_count' then threshold_value end) as limit_count,
        max(case when threshold_name = 'closed_within_days' then threshold_value end) as closed_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-07'
    group by sales_process

),

judged as (

    select
        deals.*,
        thresholds.limit_count
    from deals
    cross join as_of
    inner join thresholds
        on coalesce(deals.sales_process, '') = thresholds.sales_process
    where {{ dbt.datediff('deals.closed_at', 'as_of.as_of_at', 'day') }} <= thresholds.closed_within_days

),

backfilled as (

    select
        judged.opportunity_id,
        count(*) as backfilled_count
    from judged
    inner join activities
        on judged.opportunity_id = activities.opportunity_id
            and judged.closed_at < activities.created_at
            and judged.closed_date > activities.done_date
    group by judged.opportunity_id

)

select
    'ACT-07' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    cast(0 as decimal(18, 2)) as at_risk_amount,
    'Closed on ' || cast(judged.closed_date as {{ dbt.type_string() }})
    || '; ' || cast(backfilled.backfilled_count as {{ dbt.type_string() }})
    || case when backfilled.backfilled_count = 1 then ' activity' else ' activities' end
    || ' dated before that day entered afterwards' as detail
from judged
inner join backfilled on judged.opportunity_id = backfilled.opportunity_id
where backfilled.backfilled_count >= judged.limit_count
