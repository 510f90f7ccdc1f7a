{#
    What came into and went out of each seller's open pipeline on each day, by process and stage. A version
    of an open deal comes in on the day it begins and goes out on the day it ends, with the owner it had then.
#}

{{ config(materialized='view') }}

with versions as (

    select
        owner_id,
        sales_process,
        stage_name,
        coalesce(amount, 0) as amount,
        coalesce(weighted_amount, 0) as weighted_amount,
        {{ local_date('valid_from') }} as first_date,
        {{ local_date('valid_to') }} as end_date

    from {{ ref('fct_opportunity_versions') }}
    where is_open

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
