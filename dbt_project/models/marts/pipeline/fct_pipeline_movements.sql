{# A deal comes in at the value it had then, changes, is handed over and leaves at its last value: so the won
   leg is what was booked, and each owner's legs add up by themselves. A view: read once, written when published. #}

{{ config(materialized='view') }}

with states as (
    select
        *,
        was_open and was_due as is_opening,
        is_open and is_due as is_closing,
        is_won and is_due as is_booked,
        is_there and not is_open and not is_won and is_due
        and (was_open or was_won or not was_there) as is_dropped
    from {{ ref('int_due_deals_paired') }}
),

moved as (
    select
        *,
        end_amount - begin_amount as change_amount,
        case
            when is_opening then 'opening'
            when not was_there then 'created'
            -- what was won ahead of the period it is dated in comes in with its date
            when was_open or (was_won and is_booked) then 'pulled_in'
            else 'reopened'
        end as entry_leg,
        case
            when is_closing then 'closing'
            when is_booked then 'won'
            when is_dropped then 'lost'
            when not is_there then 'deleted'
            when is_due_earlier then 'moved_earlier'
            else 'pushed_out'
        end as exit_leg
    from states
    where is_opening or is_closing or is_booked or is_dropped
),

legs as (
    select
        *,
        entry_leg as leg,
        begin_owner_id as owner_id,
        cast(null as {{ dbt.type_string() }}) as counterpart_owner_id,
        begin_amount as leg_amount,
        1 as direction
    from moved
    union all
    select
        *,
        case when change_amount > 0 then 'increased' else 'decreased' end as leg,
        begin_owner_id as owner_id,
        cast(null as {{ dbt.type_string() }}) as counterpart_owner_id,
        abs(change_amount) as leg_amount,
        case when change_amount > 0 then 1 else -1 end as direction
    from moved
    where change_amount <> 0

    {% for leg, whose, others, direction in [
        ('transferred_out', 'begin_owner_id', 'end_owner_id', -1),
        ('transferred_in', 'end_owner_id', 'begin_owner_id', 1),
    ] %}
    union all
    select
        *,
        {{ quoted(leg) }} as leg,
        {{ whose }} as owner_id,
        {{ others }} as counterpart_owner_id,
        end_amount as leg_amount,
        {{ direction }} as direction
    from moved
    where begin_owner_id <> end_owner_id
    {% endfor %}
    union all
    select
        *,
        exit_leg as leg,
        end_owner_id as owner_id,
        cast(null as {{ dbt.type_string() }}) as counterpart_owner_id,
        end_amount as leg_amount,
        -1 as direction
    from moved
)

select
    period_kind,
    period_start_date,
    opportunity_id,
    leg,
    owner_id,
    counterpart_owner_id,
    cast(leg_amount as decimal(18, 2)) as amount,
    cast(direction * leg_amount as decimal(18, 2)) as balance_amount,
    case when leg = 'won' then cast(end_corporate_amount as decimal(18, 2)) end as bookings_amount,
    -- told of the opening, so that it is a share of what its owner had then, whoever pushed it
    leg = 'opening' and exit_leg = 'pushed_out' and is_open as is_slip,
    case
        when leg = 'opening' and exit_leg = 'pushed_out' and is_open then cast(begin_amount as decimal(18, 2))
    end as slipped_amount
from legs
