with thresholds as (

    {{ thresholds_of('OPP-28', ['within_days', 'cut_limit_percent']) }}

),

judged as (

    {{ deals_judged_by('OPP-28') }}

),

priced as (

    select
        judged.opportunity_id,
        max(versions.record_amount) as record_amount
    from judged
    inner join thresholds
        on coalesce(judged.sales_process, '') = thresholds.sales_process
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on
            judged.opportunity_id = versions.opportunity_id
            and versions.valid_from < judged.won_at
            and versions.valid_to > {{ dbt.dateadd('day', '-thresholds.within_days', 'judged.won_at') }}
    where judged.is_won
    group by judged.opportunity_id

)

select
    'OPP-28' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(0 as decimal(18, 2)) as at_risk_amount,
    'Cut by '
    || cast(
        cast(round(100 - 100 * judged.record_amount / priced.record_amount, 0) as bigint)
        as {{ dbt.type_string() }}
    )
    || ' % in the week before it was won on '
    || cast({{ local_date('judged.won_at') }} as {{ dbt.type_string() }}) as detail
from judged
inner join priced
    on judged.opportunity_id = priced.opportunity_id
inner join thresholds
    on coalesce(judged.sales_process, '') = thresholds.sales_process
where judged.record_amount < priced.record_amount * (100 - thresholds.cut_limit_percent) / 100.0
