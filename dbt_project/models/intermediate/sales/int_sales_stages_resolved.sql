{#
    The ordered stages of each sales process: those of the seed, and for a process that the seed does not
    name, the stages that its deals have been seen in, in the order of the org's list of stages.
#}

with seeded as (
    select distinct
        sales_process,
        stage_name,
        cast(stage_order as bigint) as stage_order,
        cast(idle_limit_days as bigint) as idle_limit_days,
        is_amount_required
    from {{ ref('sales_process_stages') }}
),

stages as (
    select * from {{ ref('int_stages_described') }}
),

seen as (
    select distinct deals.sales_process, versions.stage_name
    from {{ ref('int_opportunity_versions_rebuilt') }} as versions
    inner join {{ ref('int_opportunities_classified') }} as deals
        on versions.opportunity_id = deals.opportunity_id
    where
        deals.is_process_inferred
        and deals.sales_process not in (select seeded.sales_process from seeded)
        and versions.stage_name is not null
),

inferred as (
    select
        seen.sales_process,
        seen.stage_name,
        row_number() over (
            partition by seen.sales_process
            order by
                case when stages.is_closed then 1 else 0 end asc,
                stages.sort_order asc nulls last,
                stages.default_probability_rate asc nulls last,
                seen.stage_name asc
        ) as stage_order
    from seen
    left join stages on seen.stage_name = stages.stage_name
),

resolved as (
    select
        sales_process,
        stage_name,
        stage_order,
        idle_limit_days,
        is_amount_required,
        false as is_inferred
    from seeded
    union all
    select
        sales_process,
        stage_name,
        stage_order,
        null as idle_limit_days,
        null as is_amount_required,
        true as is_inferred
    from inferred
)

select
    resolved.sales_process,
    resolved.stage_name,
    resolved.stage_order,
    coalesce(stages.is_closed, false) as is_closed,
    coalesce(stages.is_won, false) as is_won,
    stages.default_probability_rate,
    case
        when not coalesce(stages.is_closed, false)
            then coalesce(resolved.idle_limit_days, {{ var('default_idle_limit_days') }})
    end as idle_limit_days,
    coalesce(resolved.is_amount_required, stages.default_probability_rate >= 0.5, false)
        as is_amount_required,
    resolved.is_inferred
from resolved
left join stages on resolved.stage_name = stages.stage_name
