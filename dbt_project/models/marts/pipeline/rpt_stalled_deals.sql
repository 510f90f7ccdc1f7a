{#
    Open deals against what won ones of their own process took in the same stage, all stays in it together, and
    against the idle limit of the stage. Fewer than five wins are no yardstick.
#}
{% set fewest_won = 5 %}

with deals as (
    select * from {{ ref('fct_opportunities') }}
),

stays as (
    select
        spells.opportunity_id,
        deals.sales_process,
        spells.stage_name,
        deals.is_won,
        sum(spells.duration_days) as stage_days
    from {{ ref('fct_opportunity_stage_spells') }} as spells
    inner join deals on spells.opportunity_id = deals.opportunity_id
    -- the yardstick, and what is held against it
    where deals.is_won or (deals.is_open and spells.stage_name = deals.stage_name)
    group by spells.opportunity_id, deals.sales_process, spells.stage_name, deals.is_won
),

baselines as (
    select
        sales_process,
        stage_name,
        count(*) as baseline_won_count,
        cast({{ percentile('stage_days', 0.9) }} as double) as baseline_days
    from stays
    where is_won
    group by sales_process, stage_name
    having count(*) >= {{ fewest_won }}
),

judged as (
    select
        deals.*,
        stays.stage_days,
        baselines.baseline_won_count,
        baselines.baseline_days,
        own_stages.idle_limit_days,
        coalesce(stays.stage_days > baselines.baseline_days, false) as is_too_long_in_stage,
        coalesce(deals.idle_days > own_stages.idle_limit_days, false) and deals.next_activity_date is null
            as is_idle
    from deals
    inner join stays
        on
            deals.opportunity_id = stays.opportunity_id
            and deals.stage_name = stays.stage_name
    left join baselines
        on
            deals.sales_process = baselines.sales_process
            and deals.stage_name = baselines.stage_name
    left join {{ ref('dim_sales_stages') }} as own_stages
        on
            deals.sales_process = own_stages.sales_process
            and deals.stage_name = own_stages.stage_name
    where deals.is_open
)

select
    opportunity_id,
    opportunity_name,
    opportunity_url,
    owner_id,
    owner_name,
    manager_id,
    account_name,
    sales_process,
    stage_name,
    amount,
    close_date,
    stage_days,
    baseline_days,
    cast(baseline_won_count as bigint) as baseline_won_count,
    idle_days,
    idle_limit_days,
    is_too_long_in_stage,
    is_idle,
    case
        when is_too_long_in_stage and is_idle
            then 'Longer in its stage than nine of ten won deals, and idle with nothing planned'
        when is_too_long_in_stage then 'Longer in its stage than nine of ten won deals'
        else 'Idle beyond the limit of its stage with nothing planned'
    end as reason
from judged
where is_too_long_in_stage or is_idle
