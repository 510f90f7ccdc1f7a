with thresholds as (

    {{ thresholds_of('OPP-22', ['date_limit_days']) }}

),

judged as (

    {{ deals_judged_by('OPP-22') }}

),

measured as (

    select
        judged.*,
        as_of.as_of_date,
        thresholds.date_limit_days,
        {{ local_date('judged.won_at') }} as won_date,
        {{ dbt.datediff(local_date('judged.won_at'), 'judged.close_date', 'day') }} as days_off
    from judged
    cross join {{ ref('int_as_of') }} as as_of
    inner join thresholds
        on coalesce(judged.sales_process, '') = thresholds.sales_process
    where judged.is_won

)

select
    'OPP-22' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    -- nothing of a closed deal is at risk any more
    cast(0 as decimal(18, 2)) as at_risk_amount,
    'Marked won on ' || cast(won_date as {{ dbt.type_string() }})
    || ', but its close date is ' || cast(close_date as {{ dbt.type_string() }}) as detail
from measured
where
    close_date > as_of_date
    or abs(days_off) > date_limit_days
