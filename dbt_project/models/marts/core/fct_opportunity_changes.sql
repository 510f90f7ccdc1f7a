{#
    One row for each field that changed: what the versions of a deal tell, with what its other tracked fields
    held. The creation of a deal is no change.
#}
{% set no_amount = 'cast(null as decimal(18, 2))' %}
{% set grown_amount = 'coalesce(constant_amount, 0) - coalesce(old_constant_amount, 0)' %}
{% set no_number = 'cast(null as bigint)' %}
{% set pushed_days = dbt.datediff('old_close_date', 'close_date', 'day') %}
{% set pushed_months = dbt.datediff('old_close_date', 'close_date', 'month') %}
{% set fields = {
    'StageName': 'stage_name',
    'Amount': 'record_amount',
    'CurrencyIsoCode': 'currency_iso_code',
    'Probability': 'probability_rate',
    'CloseDate': 'close_date',
    'ForecastCategory': 'forecast_category',
} %}

with versions as (
    select
        *,
        {% for column in fields.values() %}
        lag({{ column }}) over in_order as old_{{ column }},
        {% endfor %}
        lag(constant_amount) over in_order as old_constant_amount,
        -- from the last stage of its own: a stay in one of another process is passed over
        last_value(stage_order ignore nulls) over (
            partition by opportunity_id
            order by version_number asc
            rows between unbounded preceding and 1 preceding
        ) as old_stage_order,
        lag(is_open) over in_order as was_open
    from {{ of_touched(ref('fct_opportunity_versions')) }}
    window in_order as (partition by opportunity_id order by version_number asc)
),

changes as (
    {% for field, column in fields.items() %}
    select
        opportunity_id,
        valid_from as changed_at,
        {{ quoted(field) }} as field_name,
        cast(old_{{ column }} as {{ dbt.type_string() }}) as old_value,
        cast({{ column }} as {{ dbt.type_string() }}) as new_value,
        changed_by_id,
        owner_id,
        {{ grown_amount if column == 'record_amount' else no_amount }} as amount_change,
        {{ pushed_days if column == 'close_date' else no_number }} as close_date_days,
        {{ pushed_months if column == 'close_date' else no_number }} as close_date_months,
        {{ 'stage_order - old_stage_order' if column == 'stage_name' else no_number }} as stage_steps,
        was_open and is_open as is_while_open,
        provenance
    from versions
    where version_number > 1 and {{ column }} is distinct from old_{{ column }}
    union all
    {% endfor %}
    select
        spells.opportunity_id,
        spells.valid_from as changed_at,
        spells.field_name,
        spells.previous_value as old_value,
        spells.field_value as new_value,
        spells.changed_by_id,
        deals.owner_id,
        {{ no_amount }} as amount_change,
        {{ no_number }} as close_date_days,
        {{ no_number }} as close_date_months,
        {{ no_number }} as stage_steps,
        cast(null as boolean) as is_while_open,
        spells.provenance
    from {{ of_touched(ref('int_opportunity_fields_rewound')) }} as spells
    inner join {{ ref('int_opportunities_classified') }} as deals
        on spells.opportunity_id = deals.opportunity_id
    where spells.spell_number > 1
)

select
    changes.opportunity_id,
    row_number() over (
        partition by changes.opportunity_id
        order by
            changes.changed_at asc,
            changes.field_name asc,
            changes.new_value asc nulls last,
            changes.old_value asc
    ) as change_number,
    changes.changed_at,
    {{ local_date('changes.changed_at') }} as changed_date,
    changes.field_name,
    changes.old_value,
    changes.new_value,
    changes.changed_by_id,
    authors.user_name as changed_by_name,
    changes.owner_id,
    changes.amount_change,
    changes.close_date_days,
    coalesce(changes.close_date_days > 0 and changes.is_while_open, false) as is_push,
    coalesce(changes.close_date_months > 0 and changes.is_while_open, false) as is_push_to_later_month,
    changes.stage_steps,
    coalesce(changes.stage_steps < 0, false) as is_regression,
    coalesce(changes.stage_steps > 1 and changes.is_while_open, false) as is_skip,
    changes.provenance
from changes
left join {{ ref('stg_salesforce__users') }} as authors on changes.changed_by_id = authors.user_id
