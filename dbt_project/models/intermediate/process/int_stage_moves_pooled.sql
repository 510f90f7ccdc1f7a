with moves as (
    select sales_process, from_stage_name, to_stage_name, sum(move_count) as move_count
    from {{ ref('int_stage_moves_counted') }}
    group by sales_process, from_stage_name, to_stage_name
)

select
    *,
    sum(move_count) over (partition by sales_process, from_stage_name) as left_count,
    move_count / sum(move_count) over (partition by sales_process, from_stage_name) as taken_ratio
from moves
