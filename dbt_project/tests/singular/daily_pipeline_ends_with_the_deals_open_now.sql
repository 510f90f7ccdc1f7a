with today as (

    select
        daily.owner_id,
        daily.sales_process,
        daily.stage_name,
        daily.open_count,
        daily.open_amount,
        daily.weighted_amount

    from {{ ref('fct_pipeline_daily') }} as daily
    inner join {{ ref('int_as_of') }} as as_of
        on daily.snapshot_date = as_of.as_of_date

),

open_now as (

    select
        owner_id,
        sales_process,
        stage_name,
        -count(*) as open_count,
        -coalesce(sum(amount), 0) as open_amount,
        -coalesce(sum(weighted_amount), 0) as weighted_amount

    from {{ ref('fct_opportunities') }}
    where is_open
    group by owner_id, sales_process, stage_name

),

both_sides as (

    select * from today
    union all
    select * from open_now

)

select
    owner_id,
    sales_process,
    stage_name,
    sum(open_count) as count_difference,
    sum(open_amount) as amount_difference,
    sum(weighted_amount) as weighted_difference

from both_sides
group by owner_id, sales_process, stage_name
having
    sum(open_count) <> 0
    or sum(open_amount) <> 0
    or sum(weighted_amount) <> 0
