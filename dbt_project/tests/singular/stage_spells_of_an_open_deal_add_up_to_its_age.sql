with spells as (

    select
        opportunity_id,
        sum(duration_days) as spent_days,
        sum(case when is_current then 1 else 0 end) as current_count

    from {{ ref('fct_opportunity_stage_spells') }}
    group by opportunity_id

)

select
    opportunities.opportunity_id,
    opportunities.age_days,
    spells.spent_days,
    spells.current_count

from {{ ref('fct_opportunities') }} as opportunities
left join spells
    on opportunities.opportunity_id = spells.opportunity_id
where
    opportunities.is_open
    and (
        spells.opportunity_id is null
        or abs(opportunities.age_days - spells.spent_days) > 0.001
        or spells.current_count <> 1
    )
