{#
    When each closed deal came to the points that winners and losers alike have come to, and by what way: the stage
    after the first, the last open one, and the end. A deal that was entered beyond the first stage of its process, or has
    no open stage on record, is left out.
#}

with stages as (
    select *, max(stage_order) over (partition by sales_process) as last_order
    from {{ ref('dim_sales_stages') }}
    where not is_closed
),

stepped as (
    select
        deals.opportunity_id,
        deals.sales_process,
        coalesce(deals.owner_id, '') as owner_id,
        deals.is_won,
        spells.spell_number,
        spells.entered_at,
        stages.stage_order,
        stages.last_order,
        first_value(stages.stage_order) over in_order as entry_order,
        -- a step back, or one over a stage: the stages before are then not all behind it, or not in order
        stages.stage_order - lag(stages.stage_order) over in_order not between 0 and 1 as is_out_of_order
    from {{ of_touched(ref('int_opportunities_classified')) }} as deals
    inner join {{ ref('fct_opportunity_stage_spells') }} as spells
        on deals.opportunity_id = spells.opportunity_id
    inner join stages
        on
            deals.sales_process = stages.sales_process
            and spells.stage_name = stages.stage_name
    where deals.is_closed and not deals.is_deleted and spells.provenance <> 'current'
    window in_order as (partition by deals.opportunity_id order by spells.spell_number asc)
),

ways as (
    select
        opportunity_id,
        min(case when stage_order >= 2 then spell_number end) as after_first_stage,
        min(case when stage_order = last_order then spell_number end) as last_stage,
        max(spell_number) as closed,
        min(case when is_out_of_order then spell_number end) as out_of_order
    from stepped
    where entry_order = 1
    group by opportunity_id
),

arrivals as (
    {% for point in ['after_first_stage', 'last_stage', 'closed'] %}
    select
        opportunity_id,
        {{ quoted(point) }} as common_point,
        {{ point }} as spell_number,
        out_of_order
    from ways
    where {{ point }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    arrivals.opportunity_id,
    arrivals.common_point,
    steps.sales_process,
    steps.owner_id,
    steps.is_won,
    steps.entered_at as arrived_at,
    steps.stage_order as arrived_order,
    arrivals.out_of_order is null or arrivals.out_of_order > arrivals.spell_number as is_in_order
from arrivals
inner join stepped as steps
    on arrivals.opportunity_id = steps.opportunity_id and arrivals.spell_number = steps.spell_number
