with thresholds as (

    {{ thresholds_of('OPP-15', ['idle_limit_days', 'push_limit_count']) }}

),

primaries as (

    select distinct opportunity_id
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where is_primary and not is_deleted

),

deals as (

    select
        *,
        {{ local_date('coalesce(last_activity_at, created_at)') }} as touched_date
    from {{ ref('fct_opportunities') }}
    where is_open and forecast_category = 'Commit'

),

commits as (

    select
        deals.*,
        thresholds.push_limit_count,
        primaries.opportunity_id is null as lacks_contact,
        {{ dbt.datediff('deals.touched_date', 'as_of.as_of_date', 'day') }}
        > thresholds.idle_limit_days as is_too_idle,
        deals.push_count >= thresholds.push_limit_count as is_put_off
    from deals
    cross join {{ ref('int_as_of') }} as as_of
    inner join thresholds
        on coalesce(deals.sales_process, '') = thresholds.sales_process
    left join primaries
        on deals.opportunity_id = primaries.opportunity_id

)

select
    'OPP-15' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    'Committed'
    || case when lacks_contact then ', without a primary contact' else '' end
    || case
        when is_too_idle then ', nothing done since ' || cast(touched_date as {{ dbt.type_string() }})
        else ''
    end
    || case
        when is_put_off then ', put off ' || cast(push_count as {{ dbt.type_string() }}) || ' times'
        else ''
    end as detail
from commits
where
    lacks_contact
    or is_too_idle
    or is_put_off
