{#
    The divergence is Jensen and Shannon's, of a seller's moves and of what others do. The deviation is the distance
    (int_stage_moves_spread) among those that chance gives, as standard deviations of a normal distribution, by the cube
    root of Wilson and Hilferty.
#}

{% set both = '(expected.taken_share + expected.expected_share)' %}

with thresholds as (
    {{ thresholds_of('PATH-10', ['move_limit_count']) }}
),

deals as (
    select
        sales_process,
        owner_id,
        cast(count(distinct opportunity_id) as double) as deal_count,
        sum(cast(count(distinct opportunity_id) as double)) over (
            partition by sales_process
        ) as all_deal_count
    from {{ ref('int_stage_moves_counted') }}
    group by sales_process, owner_id
),

parted as (
    select
        expected.*,
        case
            when expected.taken_share > 0
                then expected.taken_share * ln(2 * expected.taken_share / {{ both }})
            else 0
        end
        + case
            when expected.expected_share > 0
                then expected.expected_share * ln(2 * expected.expected_share / {{ both }})
            else 0
        end as divergence,
        case
            when expected.all_move_count >= thresholds.move_limit_count
                then power(expected.move_count - expected.taken_ratio * expected.left_count, 2)
                    / expected.all_move_count
        end as distance
    from {{ ref('int_owner_moves_expected') }} as expected
    inner join thresholds on expected.sales_process = thresholds.sales_process
),

summed as (
    select
        sales_process,
        owner_id,
        sum(divergence) / 2 / ln(2) as divergence,
        sum(distance) as distance,
        max(case when preference = 1 then from_stage_name end) as from_stage_name,
        max(case when preference = 1 then to_stage_name end) as to_stage_name,
        max(case when preference = 1 then move_count end) as move_count,
        max(case when preference = 1 then left_count end) as left_count,
        max(case when preference = 1 then others_ratio end) as others_ratio
    from parted
    group by sales_process, owner_id
),

-- by chance: the mean, and what the variance leaves of the degrees of freedom
weighed as (
    select
        summed.*,
        deals.deal_count,
        summed.distance / nullif(
            spread.distance_sum * deals.deal_count * (deals.all_deal_count - deals.deal_count)
            / (deals.all_deal_count * (deals.all_deal_count - 1)), 0
        ) as distance_ratio,
        2 * spread.distance_square_sum
        / (9 * nullif(spread.distance_sum * spread.distance_sum, 0)) as skewness
    from summed
    inner join deals
        on
            summed.sales_process = deals.sales_process
            and summed.owner_id = deals.owner_id
    inner join {{ ref('int_stage_moves_spread') }} as spread
        on summed.sales_process = spread.sales_process
    where deals.deal_count < deals.all_deal_count
)

select
    sales_process,
    owner_id,
    deal_count,
    from_stage_name,
    to_stage_name,
    move_count,
    left_count,
    others_ratio,
    divergence,
    (power(distance_ratio, 1 / 3.0) - 1 + skewness) / sqrt(skewness) as deviation
from weighed
