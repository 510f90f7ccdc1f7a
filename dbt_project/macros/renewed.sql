{#-
    Which rows of a table a build upon the last one computes anew, as a condition on its columns; each table's own, used
    by its query and by its hooks alike. Empty in a build from all rows.
-#}

{#- Deals × periods: of touched deals, and of periods that were not over by the last build. -#}
{% macro renewed_due_deals(deal='', period='') -%}
    {%- if is_partial() or not execute -%}
    (
        {{ deal }}opportunity_id in (select touched.opportunity_id from {{ ref('int_opportunities_touched') }} as touched)
        or ({{ period }}period_kind, {{ period }}period_start_date) in ({{ unfinished_periods() }})
        or {{ is_history_other() }}
    )
    {%- endif -%}
{%- endmacro %}

{#- The states of deals that may belong to one of those. -#}
{% macro may_be_due() -%}
    {%- if is_partial() or not execute -%}
    (
        opportunity_id in (select touched.opportunity_id from {{ ref('int_opportunities_touched') }} as touched)
        or close_date >= (select min(period_start_date) from ({{ unfinished_periods() }}) as due)
        or {{ is_history_other() }}
    )
    {%- endif -%}
{%- endmacro %}

{#- The periods that were not over by the last build. -#}
{% macro unfinished_periods() -%}
    select unfinished.period_kind, unfinished.period_start_date from {{ ref('dim_periods') }} as unfinished
    where unfinished.ends_at >= {{ built_as_of() }}
{%- endmacro %}

{#- Whether other past periods are told than before: the history is known from another instant, or the calendar begins
    on another day. -#}
{% macro is_history_other() -%}
    (
        exists (select 1 from {{ differing('dim_history_horizons') }} as other_horizons)
        or exists (select 1 from {{ differing('int_dates_spined') }} as other_days where other_days.date_day <= {{ built_as_of() }})
    )
{%- endmacro %}

{#- Of a report of scopes by period the keys of what is computed anew: where something differs (`owned`: owner_id and
    period) of an owner who counts in; where an owner who did anything (`of_owners`, as `owned`) has come in or gone
    out; of scopes that are new, gone or named otherwise; and where a period has begun or ended since. -#}
{% macro renewed_scopes(owned, of_owners, kinds) -%}
    {%- set scopes, periods, others = ref('int_scopes_membered'), ref('dim_periods'), differing('int_scopes_membered') -%}
    {%- set key = 'scopes.scope_kind, scopes.scope_id, periods.period_kind, periods.period_start_date' -%}
    {%- set known = 'periods.period_kind in ' ~ quoted_list(kinds) ~ ' and not periods.is_future' -%}
    {%- set member = 'scope_kind, scope_id, scope_name, owner_id' -%}
    select {{ key }} from ({{ owned }}) as periods
    inner join {{ scopes }} as scopes on periods.owner_id = scopes.owner_id
    union
    select {{ key }} from ({{ of_owners }}) as periods
    inner join {{ others }} as scopes on periods.owner_id = scopes.owner_id
    union
    select {{ key }} from {{ others }} as scopes
    inner join {{ periods }} as periods on {{ known }}
    where (scopes.scope_kind, scopes.scope_id) not in (
        select kept.scope_kind, kept.scope_id
        from (select {{ member }} from {{ scopes }} as now except select {{ member }} from {{ others }} as others) as kept
    )
    union
    select {{ key }} from (
        select * from {{ periods }} as periods
        where {{ known }} and (
            (periods.ends_at >= {{ built_as_of() }} and not (periods.is_current and periods.starts_at <= {{ built_as_of() }}))
            or {{ is_history_other() }}
        )
    ) as periods
    cross join (select distinct scope_kind, scope_id from {{ scopes }}) as scopes
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
{% macro of_renewed_scopes(owner='owner_id') -%}
    ({{ owner }}, period_kind, period_start_date) in (
        select scopes.owner_id, renewed.period_kind, renewed.period_start_date
        from {{ renewed() }} as renewed
        inner join {{ ref('int_scopes_membered') }} as scopes
            on renewed.scope_kind = scopes.scope_kind and renewed.scope_id = scopes.scope_id
    )
{%- endmacro %}

{#- Of rows of owners those of such who have come into a scope or gone out of one. -#}
{% macro of_moved(relation) -%}
    (
        select * from {{ relation }} as rows_of_owners
        where coalesce(owner_id, '') in (select scopes.owner_id from {{ differing('int_scopes_membered') }} as scopes)
    )
{%- endmacro %}

{#- As a condition: the scope's row of the period is computed anew. -#}
{% macro is_renewed_scope(scopes, periods) -%}
    {{ is_renewed([
        scopes ~ '.scope_kind', scopes ~ '.scope_id', periods ~ '.period_kind', periods ~ '.period_start_date'
    ]) }}
{%- endmacro %}
