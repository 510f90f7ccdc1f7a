{# Periods that begin before the history are there, empty, with the reason. #}
{% set legs = [
    'opening', 'created', 'pulled_in', 'reopened', 'increased', 'decreased', 'won', 'lost', 'pushed_out',
    'moved_earlier', 'deleted', 'transferred_in', 'transferred_out', 'closing' ] %}
{% set known = 'spine.starts_at >= spine.known_from' %}
{% set counted = ['opening', 'created', 'won', 'lost', 'pushed_out', 'closing'] %}

with scopes as (

    select * from {{ ref('int_scopes_membered') }}

),

named as (

    select distinct
        scope_kind,
        scope_id,
        scope_name
    from scopes

),

horizons as (

    select
        max(case when field_name = 'State' then history_known_from end) as state_known_from,
        max(history_known_from) as owner_known_from

    from {{ ref('dim_history_horizons') }}
    where field_name in ('State', 'Owner')

),

spine as (

    select
        named.*,
        periods.*,
        case
            when named.scope_kind = 'company' then horizons.state_known_from else horizons.owner_known_from
        end as known_from

    from named
    cross join horizons
    inner join {{ ref('dim_periods') }} as periods
        on periods.period_kind in ('week', 'month', 'quarter') and not periods.is_future

),

summed as (

    -- a deal that changes hands within a scope has neither come in nor gone out
    select
        scopes.scope_kind,
        scopes.scope_id,
        legs.period_kind,
        legs.period_start_date,
        {% for leg in legs %}
        sum(case when legs.leg = '{{ leg }}' then legs.amount else 0 end) as {{ leg }}_amount,
        {% endfor %}
        {% for leg in counted %}
        sum(case when legs.leg = '{{ leg }}' then 1 else 0 end) as {{ leg }}_count,
        {% endfor %}
        sum(case when legs.is_slip then 1 else 0 end) as slipped_count,
        sum(legs.slipped_amount) as slipped_amount,
        sum(legs.bookings_amount) as bookings_amount,
        sum(legs.bookings_amount - legs.amount) as currency_effect_amount

    from {{ ref('fct_pipeline_movements') }} as legs
    inner join scopes
        on legs.owner_id = scopes.owner_id
    left join scopes as counterparts
        on
            legs.counterpart_owner_id = counterparts.owner_id
            and scopes.scope_kind = counterparts.scope_kind
            and scopes.scope_id = counterparts.scope_id
    where counterparts.owner_id is null
    group by scopes.scope_kind, scopes.scope_id, legs.period_kind, legs.period_start_date

)

select
    spine.scope_kind,
    spine.scope_id,
    spine.scope_name,
    spine.period_kind,
    spine.period_start_date,
    spine.period_label,
    {% for leg in legs + ['bookings', 'currency_effect'] %}
    cast(case when {{ known }} then coalesce(summed.{{ leg }}_amount, 0) end as decimal(18, 2))
        as {{ leg }}_amount,
    {% endfor %}
    {% for leg in counted + ['slipped'] %}
    cast(case when {{ known }} then coalesce(summed.{{ leg }}_count, 0) end as bigint) as {{ leg }}_count,
    {% endfor %}
    case when {{ known }}
            then cast(summed.slipped_count as double) / nullif(summed.opening_count, 0)
    end as slip_rate,
    case when {{ known }}
            then cast(coalesce(summed.slipped_amount, 0) as double)
                / nullif(cast(summed.opening_amount as double), 0)
    end as slip_value_rate,
    case
        when spine.known_from is null then 'No history is known yet.'
        when spine.starts_at < spine.known_from
            then concat(
                    'The period begins before history is known, on ',
                    cast({{ local_date('spine.known_from') }} as {{ dbt.type_string() }}), '.'
                )
    end as unknown_reason,
    spine.is_current

from spine
left join summed
    on
        spine.scope_kind = summed.scope_kind
        and spine.scope_id = summed.scope_id
        and spine.period_kind = summed.period_kind
        and spine.period_start_date = summed.period_start_date
