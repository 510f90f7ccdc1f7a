{#
    Mantel-Haenszel risk difference over strata of process, seller and stage of arrival, with the variance of Greenland
    and Robins: only like is compared with like, and a stratum with one side alone says nothing.
#}

with judged as (
    select * from {{ ref('int_adherence_judged') }}
),

every as (
    select *, sales_process as told_process
    from judged
    union all
    select *, 'All processes' as told_process
    from judged
),

strata as (
    select
        told_process,
        practice,
        common_point,
        cast(sum(case when is_followed and is_won then 1 else 0 end) as double) as a,
        cast(sum(case when is_followed and not is_won then 1 else 0 end) as double) as b,
        cast(sum(case when not is_followed and is_won then 1 else 0 end) as double) as c,
        cast(sum(case when not is_followed and not is_won then 1 else 0 end) as double) as d
    from every
    group by told_process, practice, common_point, sales_process, owner_id, arrived_order
),

sized as (
    select *, a + b as n1, c + d as n0, a + b + c + d as n
    from strata
)

select
    told_process,
    practice,
    common_point,
    cast(sum(n1) as bigint) as followed_count,
    cast(sum(n0) as bigint) as not_followed_count,
    sum(case when n1 * n0 > 0 then n1 else 0 end) as compared_followed_count,
    sum(case when n1 * n0 > 0 then n0 else 0 end) as compared_not_followed_count,
    sum(a) / nullif(sum(n1), 0) - sum(c) / nullif(sum(n0), 0) as crude_difference,
    sum((a * n0 - c * n1) / n) / nullif(sum(n1 * n0 / n), 0) as difference,
    sqrt(
        sum(
            case
                when n1 * n0 > 0 then (a * b * n0 * n0 * n0 + c * d * n1 * n1 * n1) / (n1 * n0 * n * n)
            end
        )
    )
    / nullif(sum(n1 * n0 / n), 0) as standard_error
from sized
group by told_process, practice, common_point
