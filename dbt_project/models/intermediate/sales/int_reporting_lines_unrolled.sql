{#
    Every user under every manager above, and under himself at distance 0, however deep the tree is. Each round
    joins the lines found so far with themselves, so their reach doubles. A loop of managers ends here too:
    its members stand above themselves, which a test refuses.
#}
{% set doublings = 7 %}{# sees 128 managers above #}

with direct as (
    select managers.user_id as manager_id, reports.user_id, 1 as distance_count
    from {{ ref('stg_salesforce__users') }} as reports
    inner join {{ ref('stg_salesforce__users') }} as managers
        on reports.manager_id = managers.user_id
),

{% for round in range(doublings) %}
{%- set known = 'direct' if loop.first else 'lines_' ~ (loop.index - 1) -%}
lines_{{ loop.index }} as (
    select manager_id, user_id, min(distance_count) as distance_count
    from (
        select * from {{ known }}
        union all
        select
            upper_lines.manager_id,
            lower_lines.user_id,
            upper_lines.distance_count + lower_lines.distance_count as distance_count
        from {{ known }} as upper_lines
        inner join {{ known }} as lower_lines on upper_lines.user_id = lower_lines.manager_id
    ) as joined
    group by manager_id, user_id
),

{% endfor -%}

oneself as (
    select user_id as manager_id, user_id, 0 as distance_count
    from {{ ref('stg_salesforce__users') }}
)

select
    manager_id,
    user_id,
    -- 0 for oneself, also in a loop
    min(distance_count) as distance_count,
    max(case when manager_id = user_id and distance_count > 0 then 1 else 0 end) = 1 as is_loop
from (
    select * from lines_{{ doublings }}
    union all
    select * from oneself
) as every_line
group by manager_id, user_id
