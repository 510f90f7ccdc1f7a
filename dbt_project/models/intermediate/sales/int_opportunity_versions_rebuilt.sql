{#
    Every state that a deal has been in, without gaps: the first from its creation, each until the next.
    The record comes last, from its latest change on, and drops out where history already ends with it.
    A deletion ends the last version.
#}

with states as (

    select * from {{ ref('int_opportunity_states_unioned') }}

),

opportunities as (

    select
        *,
        coalesce(deleted_at, last_modified_at) as ended_at

    from {{ ref('stg_salesforce__opportunities') }}

),

stages as (

    select * from {{ ref('int_stages_described') }}

),

ordered as (

    select
        *,
        row_number() over in_order as state_number,
        -- The record is the last word whatever its stamp says, so instants never run backwards.
        max(seen_at) over in_order as seen_from,
        lag(stage_name) over in_order as previous_stage_name,
        lag(amount) over in_order as previous_amount,
        lag(probability_rate) over in_order as previous_probability_rate,
        lag(close_date) over in_order as previous_close_date,
        lag(forecast_category) over in_order as previous_forecast_category

    from states
    window in_order as (
        partition by opportunity_id
        order by case provenance when 'history' then 0 else 1 end asc, seen_at asc nulls first, state_id asc
    )

),

changed as (

    select
        *,
        row_number() over in_order as version_number,
        lead(seen_from) over in_order as next_seen_from

    from ordered
    where
        state_number = 1
        or stage_name is distinct from previous_stage_name
        or amount is distinct from previous_amount
        or probability_rate is distinct from previous_probability_rate
        or close_date is distinct from previous_close_date
        or forecast_category is distinct from previous_forecast_category
    window in_order as (partition by opportunity_id order by state_number asc)

)

select
    changed.opportunity_id,
    changed.version_number,
    case
        when changed.version_number = 1 or changed.seen_from < opportunities.created_at
            then opportunities.created_at
        else changed.seen_from
    end as valid_from,
    case
        when changed.next_seen_from is not null
            then greatest(changed.next_seen_from, opportunities.created_at)
        when opportunities.is_deleted
            then greatest(opportunities.ended_at, changed.seen_from, opportunities.created_at)
    end as valid_to,
    changed.next_seen_from is null and not opportunities.is_deleted as is_current,
    changed.stage_name,
    changed.amount,
    changed.probability_rate,
    changed.close_date,
    changed.forecast_category,
    -- What the record says of itself goes before what the list of stages says today.
    case
        when changed.next_seen_from is null then opportunities.is_closed
        else coalesce(stages.is_closed, false)
    end as is_closed,
    case
        when changed.next_seen_from is null then opportunities.is_won
        else coalesce(stages.is_won, false)
    end as is_won,
    changed.provenance

from changed
inner join opportunities
    on changed.opportunity_id = opportunities.opportunity_id
left join stages
    on changed.stage_name = stages.stage_name
