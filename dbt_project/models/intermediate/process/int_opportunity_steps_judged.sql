{#
    What each version of a deal did about its process: whether it left an open stage of its own process, what is to be
    said against that, and whether the deal has kept to its process up to it. The next stage, the win from the last
    one and a loss from any are as they should be; a stage of another process, one left out, a step back, and a stage that
    asks for an amount without one are not.
#}

with stages as (
    select
        sales_process,
        stage_name,
        is_amount_required,
        -- a win stands one place above the open stages, a loss nowhere
        case
            when not is_closed
                then row_number() over (partition by sales_process, is_closed order by stage_order asc)
            when is_won
                then count(case when not is_closed then 1 end) over (partition by sales_process) + 1
        end as place
    from {{ ref('dim_sales_stages') }}
),

placed as (
    select
        versions.opportunity_id,
        versions.version_number,
        versions.owner_id,
        versions.valid_from,
        versions.valid_to,
        versions.stage_name,
        versions.is_open,
        versions.is_lost,
        stages.place,
        stages.is_amount_required and coalesce(versions.record_amount, 0) = 0 as is_amount_missing,
        lag(versions.stage_name) over in_order as left_stage_name,
        case when lag(versions.is_open) over in_order then lag(stages.place) over in_order end as left_place
    from {{ of_touched(ref('fct_opportunity_versions')) }} as versions
    left join stages
        on
            versions.sales_process = stages.sales_process
            and versions.stage_name = stages.stage_name
    window in_order as (partition by versions.opportunity_id order by versions.version_number asc)
),

judged as (
    select
        *,
        coalesce(stage_name <> left_stage_name and left_place is not null, false) as is_stage_exit,
        case
            when left_place is null or stage_name = left_stage_name or is_lost then null
            when place is null then 'left_process'
            when place < left_place then 'moved_back'
            when place > left_place + 1 then 'skipped'
            when is_amount_missing then 'without_amount'
        end as fault
    from placed
)

select
    opportunity_id,
    version_number,
    owner_id,
    valid_from,
    valid_to,
    is_open,
    is_stage_exit,
    fault,
    is_open
    and place is not null
    and count(fault) over (
        partition by opportunity_id
        order by version_number asc
        rows between unbounded preceding and current row
    ) = 0 as is_on_process
from judged
