{# Periods before the history are there, empty, with the reason. Sums of sums are dear in wide types. #}
{% set legs = ['opening', 'created', 'pulled_in', 'reopened', 'increased', 'decreased', 'won', 'lost',
    'pushed_out', 'moved_earlier', 'deleted', 'transferred_in', 'transferred_out', 'closing'] %}
{% set counted = ['opening', 'created', 'won', 'lost', 'pushed_out', 'closing'] %}
{% set known = 'spine.starts_at >= spine.known_from' %}
{% set sums = {
    'slipped_count': 'count(*) filter (where is_slip)', 'slipped_amount': 'sum(slipped_amount)',
    'bookings_amount': 'sum(bookings_amount)', 'currency_effect_amount': 'sum(bookings_amount - amount)' } %}
{% set of = " filter (where leg = '%s')" %}
{% for leg in legs %}{% do sums.update({leg ~ '_amount': 'sum(amount)' ~ of % leg}) %}{% endfor %}
{% for leg in counted %}{% do sums.update({leg ~ '_count': 'count(*)' ~ of % leg}) %}{% endfor %}
{% set key = 'owner_id, counterpart_owner_id, period_kind, period_start_date' %}

with named as (
    select distinct scope_kind, scope_id, scope_name
    from {{ ref('int_scopes_membered') }}
),

horizons as (
    select
        max(case when field_name = 'State' then history_known_from end) as state_from,
        max(history_known_from) as owner_from
    from {{ ref('dim_history_horizons') }}
    where field_name in ('State', 'Owner')
),

spine as (
    select
        named.*,
        periods.*,
        case when named.scope_kind = 'company' then horizons.state_from else horizons.owner_from end
            as known_from
    from named
    cross join horizons
    inner join {{ ref('dim_periods') }} as periods
        on periods.period_kind in ('week', 'month', 'quarter') and not periods.is_future
    {{ upon_last('where', is_renewed(['scope_kind', 'scope_id', 'period_kind', 'period_start_date'])) }}
),

moved as (
    select
        {% for name, figure in sums.items() %}
        cast({{ figure }} as {{ 'bigint' if name.endswith('_count') else 'decimal(18, 2)' }}) as {{ name }},
        {% endfor %}
        {{ key }}
    from {{ ref('fct_pipeline_movements') }}
    {{ upon_last('where', of_renewed_scopes()) }}
    group by {{ key }}
),

summed as (
    -- a deal that changes hands within a scope has neither come in nor gone out
    select
        {% for name in sums %}
        sum(moved.{{ name }}) as {{ name }},
        {% endfor %}
        scopes.scope_kind,
        scopes.scope_id,
        moved.period_kind,
        moved.period_start_date
    from moved
    inner join {{ ref('int_scopes_membered') }} as scopes on moved.owner_id = scopes.owner_id
    left join {{ ref('int_scopes_membered') }} as counterparts
        on
            moved.counterpart_owner_id = counterparts.owner_id
            and scopes.scope_kind = counterparts.scope_kind
            and scopes.scope_id = counterparts.scope_id
    where counterparts.owner_id is null
    group by scopes.scope_kind, scopes.scope_id, moved.period_kind, moved.period_start_date
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
    case when {{ known }} then cast(summed.slipped_count as double) end / nullif(summed.opening_count, 0)
        as slip_rate,
    case when {{ known }} then cast(coalesce(summed.slipped_amount, 0) as double) end
    / nullif(cast(summed.opening_amount as double), 0) as slip_value_rate,
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
