{#
    What came into and went out of each seller's open pipeline on each day, by process and stage. A version
    of an open deal comes in on the day it begins and goes out on the day it ends, with the owner it had then.
#}

with versions as (

    select
        versions.opportunity_id,
        versions.owner_id,
        deals.sales_process,
        versions.stage_name,
        coalesce(versions.amount, 0) as amount,
        cast(coalesce(versions.amount * versions.probability_rate, 0) as decimal(18, 2)) as weighted_amount,
        {{ local_date('versions.valid_from') }} as first_date,
        {{ local_date('versions.valid_to') }} as end_date

    from {{ ref('int_opportunity_versions_rebuilt') }} as versions
    inner join {{ ref('int_opportunities_classified') }} as deals
        on versions.opportunity_id = deals.opportunity_id
    where not versions.is_closed

),

events as (

    select
        owner_id,
        sales_process,
        stage_name,
        first_date as event_date,
        1 as open_count,
        amount,
        weighted_amount

    from versions
    where end_date is null or first_date < end_date

    union all

    select
        owner_id,
        sales_process,
        stage_name,
        end_date as event_date,
        -1 as open_count,
        -amount as amount,
        -weighted_amount as weighted_amount

    from versions
    where first_date < end_date

)

select
    owner_id,
    sales_process,
    stage_name,
    event_date,
    cast(sum(open_count) as bigint) as open_count,
    cast(sum(amount) as decimal(18, 2)) as open_amount,
    cast(sum(weighted_amount) as decimal(18, 2)) as weighted_amount

from events
group by owner_id, sales_process, stage_name, event_date
