{# An effect is told where its interval leaves zero out; of a practice with two points, at both of them. #}
{% set fewest_deals = 30 %}

with pooled as (
    select * from {{ ref('int_adherence_pooled') }}
),

bounded as (
    select
        *,
        least(compared_followed_count, compared_not_followed_count) >= {{ fewest_deals }} as is_enough,
        difference - 1.96 * standard_error as lower_difference,
        difference + 1.96 * standard_error as upper_difference
    from pooled
    where common_point <> 'closed'
),

agreed as (
    select
        *,
        min(case when is_enough then lower_difference else -1 end) over practices as least_difference,
        max(case when is_enough then upper_difference else 1 end) over practices as most_difference,
        min(case when is_enough then 1 else 0 end) over practices = 1 as is_told
    from bounded
    window practices as (partition by told_process, practice)
)

select
    agreed.told_process as sales_process,
    agreed.practice,
    agreed.common_point,
    agreed.followed_count,
    agreed.not_followed_count,
    agreed.difference as win_rate_difference,
    agreed.lower_difference,
    agreed.upper_difference,
    naive.crude_difference as naive_difference,
    case
        when not agreed.is_told then 'too few deals'
        when agreed.least_difference > 0 then 'helps'
        when agreed.most_difference < 0 then 'hurts'
        else 'no measurable effect'
    end as effect
from agreed
inner join pooled as naive
    on
        agreed.told_process = naive.told_process
        and agreed.practice = naive.practice
        and naive.common_point = 'closed'
