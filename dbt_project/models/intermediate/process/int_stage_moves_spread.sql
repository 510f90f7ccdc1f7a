{#
    What chance does: were the deals of a process dealt out to its sellers blindly, each with all its moves, how far would
    the moves of one seller be from what the process leads to expect? For each move of a deal the excess is its count less
    the share of that move times how often the deal left the stage. The excesses of all deals add up to nothing, and
    their products tell mean and variance of the distance (PATH-10 weighs the squared excess by how common the move is).
    The two sums here are those of one deal; a seller's follow from the number of deals.
#}

{{ config(materialized='view') }}

{% set one = "one.sales_process, one.from_stage_name, one.to_stage_name" %}
{% set other = "other.from_stage_name, other.to_stage_name" %}

with thresholds as (
    {{ thresholds_of('PATH-10', ['move_limit_count']) }}
),

moves as (
    select * from {{ ref('int_stage_moves_counted') }}
),

pooled as (
    select * from {{ ref('int_stage_moves_pooled') }}
),

multiplied as (
    select
        {{ one }},
        other.from_stage_name as other_from_stage_name,
        other.to_stage_name as other_to_stage_name,
        sum(one.move_count * other.move_count) as product
    from moves as one
    inner join moves as other on one.opportunity_id = other.opportunity_id
    group by {{ one }}, {{ other }}
),

paired as (
    select
        {{ one }},
        one.move_count,
        one.taken_ratio,
        other.from_stage_name as other_from_stage_name,
        other.to_stage_name as other_to_stage_name,
        other.move_count as other_move_count,
        other.taken_ratio as other_taken_ratio,
        coalesce(multiplied.product, 0) as product
    from pooled as one
    inner join pooled as other on one.sales_process = other.sales_process
    left join multiplied
        on
            one.sales_process = multiplied.sales_process
            and one.from_stage_name = multiplied.from_stage_name
            and one.to_stage_name = multiplied.to_stage_name
            and other.from_stage_name = multiplied.other_from_stage_name
            and other.to_stage_name = multiplied.other_to_stage_name
),

-- what left a stage is the sum of the moves from it
left_by as (
    select
        *,
        sum(product) over (
            partition by sales_process, from_stage_name, other_from_stage_name, other_to_stage_name
        ) as left_product,
        sum(product) over (
            partition by sales_process, from_stage_name, to_stage_name, other_from_stage_name
        ) as other_left_product,
        sum(product) over (
            partition by sales_process, from_stage_name, other_from_stage_name
        ) as both_left_product
    from paired
),

exceeding as (
    select
        *,
        product
        - taken_ratio * left_product
        - other_taken_ratio * other_left_product
        + taken_ratio * other_taken_ratio * both_left_product as excess_product
    from left_by
)

select
    exceeding.sales_process,
    sum(
        case
            when
                exceeding.from_stage_name = exceeding.other_from_stage_name
                and exceeding.to_stage_name = exceeding.other_to_stage_name
                then exceeding.excess_product / exceeding.move_count
        end
    ) as distance_sum,
    sum(
        exceeding.excess_product * exceeding.excess_product
        / (exceeding.move_count * exceeding.other_move_count)
    ) as distance_square_sum
from exceeding
inner join thresholds on exceeding.sales_process = thresholds.sales_process
where
    exceeding.move_count >= thresholds.move_limit_count
    and exceeding.other_move_count >= thresholds.move_limit_count
group by exceeding.sales_process
