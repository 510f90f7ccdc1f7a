{#
    Every state that a deal's values have been in, without gaps: the first from its creation, each until the
    next. The record comes last, from its latest change on, and drops out where history already ends with
    it. A deletion ends the last version.
#}
{% set values = ['stage_name', 'record_amount', 'probability_rate', 'close_date', 'forecast_category'] %}

with states as (
    select * from {{ of_touched(ref('int_opportunity_states_unioned')) }}
),

opportunities as (
    select *, coalesce(deleted_at, last_modified_at) as ended_at
    from {{ ref('stg_salesforce__opportunities') }}
),

ordered as (
    select
        *,
        row_number() over in_order as state_number,
        -- The record is the last word whatever its stamp says, so instants never run backwards.
        max(seen_at) over in_order as seen_from,
        {% for value in values + ['currency_iso_code'] %}
        lag({{ value }}) over in_order as previous_{{ value }},
        {% endfor %}
        -- History need not tell the currency: it is that of the first state since which does.
        first_value(currency_iso_code ignore nulls) over from_here as currency_since
    from states
    window in_order as (
        partition by opportunity_id
        order by
            case provenance when 'current' then 1 else 0 end asc,
            seen_at asc nulls first,
            case provenance when 'history' then 0 else 1 end asc,
            state_id asc
    ),
    from_here as (
        partition by opportunity_id
        order by
            case provenance when 'current' then 1 else 0 end asc,
            seen_at asc nulls first,
            case provenance when 'history' then 0 else 1 end asc,
            state_id asc
        rows between current row and unbounded following
    )
),

changed as (
    select
        *,
        row_number() over in_order as version_number,
        lead(seen_from) over in_order as next_seen_from,
        min(seen_from) over (partition by opportunity_id) as first_seen_from
    from ordered
    where
        state_number = 1
        {% for value in values %}
        or {{ value }} is distinct from previous_{{ value }}
        {% endfor %}
        or currency_iso_code <> previous_currency_iso_code
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
    {% for value in values %}
    changed.{{ value }},
    {% endfor %}
    changed.currency_since as currency_iso_code,
    -- What the record said of itself goes before what the list of stages says today.
    case
        when changed.next_seen_from is null then opportunities.is_closed
        else coalesce(changed.is_closed, stages.is_closed, false)
    end as is_closed,
    case
        when changed.next_seen_from is null then opportunities.is_won
        else coalesce(changed.is_won, stages.is_won, false)
    end as is_won,
    changed.changed_by_id,
    changed.provenance,
    greatest(coalesce(changed.first_seen_from, opportunities.created_at), opportunities.created_at)
        as history_known_from
from changed
inner join opportunities on changed.opportunity_id = opportunities.opportunity_id
left join {{ ref('int_stages_described') }} as stages on changed.stage_name = stages.stage_name
