{# What is known of a stage wherever it is used: from the org's list, else from the deals that are in it. #}

with listed as (
    select
        *,
        row_number() over (
            partition by stage_name
            order by is_active desc, sort_order asc nulls last, opportunity_stage_id asc
        ) as preference
    from {{ ref('stg_salesforce__opportunity_stages') }}
),

observed as (
    select
        stage_name,
        max(case when is_closed then 1 else 0 end) = 1 as is_closed,
        max(case when is_won then 1 else 0 end) = 1 as is_won,
        avg(probability_rate) as default_probability_rate
    from {{ ref('stg_salesforce__opportunities') }}
    where stage_name is not null and stage_name not in (select listed.stage_name from listed)
    group by stage_name
)

select stage_name, sort_order, is_closed, is_won, default_probability_rate
from listed
where preference = 1

union all

select stage_name, cast(null as bigint) as sort_order, is_closed, is_won, default_probability_rate
from observed
