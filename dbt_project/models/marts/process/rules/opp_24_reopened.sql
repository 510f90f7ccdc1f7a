with judged as (

    {{ deals_judged_by('OPP-24') }}

),

in_order as (

    select
        versions.opportunity_id,
        versions.valid_from,
        versions.is_open,
        lag(versions.is_open) over (
            partition by versions.opportunity_id order by versions.version_number asc
        ) as was_open
    from judged
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on judged.opportunity_id = versions.opportunity_id
    where not versions.is_deleted

),

reopened as (

    select
        opportunity_id,
        max(valid_from) as reopened_at
    from in_order
    where is_open and not was_open
    group by opportunity_id

)

select
    'OPP-24' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Reopened on '
    || cast({{ local_date('reopened.reopened_at') }} as {{ dbt.type_string() }})
    || ' after it was closed' as detail
from judged
inner join reopened
    on judged.opportunity_id = reopened.opportunity_id
