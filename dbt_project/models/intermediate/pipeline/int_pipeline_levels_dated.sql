{#
    What was open, by seller, process and stage, and from which day to before which other it stayed so. A version of
    an open deal comes in on the day it begins and goes out on the day it ends, with the owner it had then.
#}

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
    where
        is_open
        {{ upon_last('and', is_renewed(pipeline_key())) }}
),

pipelines as (
    -- numbers are grouped and put in order for a third of what three texts cost
    select
        owner_id,
        sales_process,
        stage_name,
        row_number() over (order by owner_id asc, sales_process asc, stage_name asc) as pipeline_number
    from versions
    group by owner_id, sales_process, stage_name
),

numbered as (
    select versions.*, pipelines.pipeline_number
    from versions
    inner join pipelines
        on
            versions.owner_id is not distinct from pipelines.owner_id
            and versions.sales_process is not distinct from pipelines.sales_process
            and versions.stage_name is not distinct from pipelines.stage_name
    where versions.end_date is null or versions.first_date < versions.end_date
),

changes as (
    select pipeline_number, first_date as event_date, 1 as open_count, amount, weighted_amount
    from numbered
    union all
    select
        pipeline_number,
        end_date as event_date,
        -1 as open_count,
        -amount as amount,
        -weighted_amount as weighted_amount
    from numbered
    where end_date is not null
),

netted as (
    select
        pipeline_number,
        event_date,
        cast(sum(open_count) as bigint) as open_count,
        cast(sum(amount) as decimal(18, 2)) as open_amount,
        cast(sum(weighted_amount) as decimal(18, 2)) as weighted_amount
    from changes
    group by pipeline_number, event_date
),

levels as (
    select
        pipeline_number,
        event_date as first_date,
        lead(event_date) over in_order as end_date,
        sum(open_count) over in_order as open_count,
        sum(open_amount) over in_order as open_amount,
        sum(weighted_amount) over in_order as weighted_amount
    from netted
    window in_order as (partition by pipeline_number order by event_date asc)
)

select
    pipelines.owner_id,
    pipelines.sales_process,
    pipelines.stage_name,
    levels.first_date,
    levels.end_date,
    cast(levels.open_count as bigint) as open_count,
    cast(levels.open_amount as decimal(18, 2)) as open_amount,
    cast(levels.weighted_amount as decimal(18, 2)) as weighted_amount
from levels
inner join pipelines on levels.pipeline_number = pipelines.pipeline_number
where levels.open_count > 0
