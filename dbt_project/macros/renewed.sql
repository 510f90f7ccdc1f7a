{#-
    Which rows of a table a build upon the last one computes anew, as a condition on its columns; each table's own, used
    by its query and by its hooks alike. Empty in a build from all rows.
-#}

{#- Deals × periods: of touched deals, and of periods that were not over by the last build. -#}
{% macro renewed_due_deals() -%}
    {%- if is_partial() or not execute -%}
    opportunity_id in (select touched.opportunity_id from {{ ref('int_opportunities_touched') }} as touched)
    or (period_kind, period_start_date) in ({{ unfinished_periods() }})
    or {{ is_history_other() }}
    {%- endif -%}
{%- endmacro %}

{#- The periods that were not over by the last build. -#}
{% macro unfinished_periods() -%}
    select periods.period_kind, periods.period_start_date from {{ ref('dim_periods') }} as periods
    where periods.ends_at >= {{ built_as_of() }}
{%- endmacro %}

{#- Whether history is known from another instant than before: more periods, or fewer, are told then. -#}
{% macro is_history_other() -%}
    exists (select 1 from {{ differing('dim_history_horizons') }} as horizons)
{%- endmacro %}

{#- Of a report of scopes by period the keys of what is computed anew: where something differs (`owned`: owner_id and
    period) of an owner who counts in; of teams and sellers who are others, or have others, and of the company where
    such an owner did anything (`of_owners`, as `owned`); and where a period has begun or ended since. -#}
{% macro renewed_scopes(owned, of_owners, kinds) -%}
    {%- set scopes, periods = ref('int_scopes_membered'), ref('dim_periods') -%}
    {%- set key = 'scopes.scope_kind, scopes.scope_id, periods.period_kind, periods.period_start_date' -%}
    {%- set known = 'periods.period_kind in ' ~ quoted_list(kinds) ~ ' and not periods.is_future' -%}
    select {{ key }} from ({{ owned }}) as periods
    inner join {{ scopes }} as scopes on periods.owner_id = scopes.owner_id
    union
    select {{ key }} from ({{ of_owners }}) as periods
    inner join {{ differing('int_scopes_membered') }} as scopes
        on periods.owner_id = scopes.owner_id and scopes.scope_kind = 'company'
    union
    select {{ key }} from {{ differing('int_scopes_membered') }} as scopes
    inner join {{ periods }} as periods on {{ known }} and scopes.scope_kind <> 'company'
    union
    select {{ key }} from {{ scopes }} as scopes
    inner join {{ periods }} as periods
        on {{ known }} and (
            (periods.ends_at >= {{ built_as_of() }} and not (periods.is_current and periods.starts_at <= {{ built_as_of() }}))
            or {{ is_history_other() }}
        )
{%- endmacro %}

{#- Those of the waterfall, in which each deal counts with the owners that it had at the begin and at the end. -#}
{% macro renewed_waterfall() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set owned = [] -%}
    {%- for paired in [differing('int_due_deals_paired'), ref('int_due_deals_paired')] -%}
        {%- set halves = [] -%}
        {%- for owner in ['begin_owner_id', 'end_owner_id'] -%}
            {%- do halves.append('select ' ~ owner ~ ' as owner_id, period_kind, period_start_date from ' ~ paired ~ ' as paired') -%}
        {%- endfor -%}
        {%- do owned.append(halves | join(' union all ')) -%}
    {%- endfor -%}
    {{ renewed_scopes(owned[0], owned[1], ['week', 'month', 'quarter']) }}
    {%- endif -%}
{%- endmacro %}

{#- Rows of owners by period: only those that some renewed row is made of. -#}
{% macro of_renewed_scopes() -%}
    (owner_id, period_kind, period_start_date) in (
        select scopes.owner_id, renewed.period_kind, renewed.period_start_date
        from {{ renewed() }} as renewed
        inner join {{ ref('int_scopes_membered') }} as scopes
            on renewed.scope_kind = scopes.scope_kind and renewed.scope_id = scopes.scope_id
    )
{%- endmacro %}
