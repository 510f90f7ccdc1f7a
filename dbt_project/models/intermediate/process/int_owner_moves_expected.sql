{# What others do is taken from the stages that the seller's deals left, as often as they left them. #}

{{ config(materialized='view') }}

with taken as (
    select sales_process, owner_id, from_stage_name, to_stage_name, sum(move_count) as move_count
    from {{ ref('int_stage_moves_counted') }}
    group by sales_process, owner_id, from_stage_name, to_stage_name
),

left_stages as (
    select sales_process, owner_id, from_stage_name, sum(move_count) as left_count
    from taken
    group by sales_process, owner_id, from_stage_name
),

expected as (
    select
        left_stages.sales_process,
        left_stages.owner_id,
        left_stages.from_stage_name,
        left_stages.left_count,
        pooled.to_stage_name,
        pooled.taken_ratio,
        pooled.move_count as all_move_count,
        coalesce(taken.move_count, 0) as move_count,
        coalesce(
            (pooled.move_count - coalesce(taken.move_count, 0))
            / nullif(pooled.left_count - left_stages.left_count, 0), 0
        ) as others_ratio,
        sum(coalesce(taken.move_count, 0)) over (
            partition by left_stages.sales_process, left_stages.owner_id
        ) as own_move_count
    from left_stages
    inner join {{ ref('int_stage_moves_pooled') }} as pooled
        on
            left_stages.sales_process = pooled.sales_process
            and left_stages.from_stage_name = pooled.from_stage_name
    left join taken
        on
            left_stages.sales_process = taken.sales_process
            and left_stages.owner_id = taken.owner_id
            and left_stages.from_stage_name = taken.from_stage_name
            and pooled.to_stage_name = taken.to_stage_name
)

select
    *,
    move_count / own_move_count as taken_share,
    left_count * others_ratio / own_move_count as expected_share,
    row_number() over (
        partition by sales_process, owner_id
        order by move_count - left_count * others_ratio desc, from_stage_name asc, to_stage_name asc
    ) as preference
from expected
