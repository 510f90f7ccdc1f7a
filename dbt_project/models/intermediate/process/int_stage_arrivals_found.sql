{#
    When each closed deal came to the points that winners and losers alike have come to, and by what way: the stage
    after the first, the last open one, and the end. A deal that was entered beyond the first stage of its process, or has
    no open stage on record, is left out.
#}

with stages as (

    select
        *,
        max(stage_order) over (partition by sales_process) as last_order

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
        coalesce(stages.stage_order < lag(stages.stage_order) over in_order, false) as is_step_back

    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('fct_opportunity_stage_spells') }} as spells
        on deals.opportunity_id = spells.opportunity_id
    inner join stages
        on
            deals.sales_process = stages.sales_process
            and spells.stage_name = stages.stage_name
    where
        deals.is_closed
        and spells.provenance <> 'current'
    window in_order as (partition by deals.opportunity_id order by spells.spell_number asc)

),

arrivals as (

    {% for point, condition in [
        ('after_first_stage', 'stage_order >= 2'), ('last_stage', 'stage_order = last_order'),
        ('closed', 'true')
    ] %}
    select
        opportunity_id,
        {{ quoted(point) }} as common_point,
        {{ 'max' if point == 'closed' else 'min' }}(spell_number) as spell_number

    from stepped
    where
        {{ condition }}
        and entry_order = 1
    group by opportunity_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    arrivals.opportunity_id,
    arrivals.common_point,
    max(steps.sales_process) as sales_process,
    max(steps.owner_id) as owner_id,
    max(case when steps.is_won then 1 else 0 end) = 1 as is_won,
    max(case when steps.spell_number = arrivals.spell_number then steps.entered_at end) as arrived_at,
    max(case when steps.spell_number = arrivals.spell_number then steps.stage_order end) as arrived_order,
    count(distinct steps.stage_order) = max(steps.stage_order)
    and max(case when steps.is_step_back then 1 else 0 end) = 0 as is_in_order

from arrivals
inner join stepped as steps
    on
        arrivals.opportunity_id = steps.opportunity_id
        and arrivals.spell_number >= steps.spell_number
group by arrivals.opportunity_id, arrivals.common_point
