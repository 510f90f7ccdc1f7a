{#-
    Of bookings, credits and past forecasts, which sums a build upon the last one computes anew: see renewed.sql.
-#}

{#- Scopes × periods of what bookings consist of. -#}
{% macro renewed_bookings() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set kinds = ['month', 'quarter', 'year'] -%}
    {{ renewed_scopes(
        closed_in(differing('int_wins_placed'), kinds), closed_in(of_moved(ref('int_wins_placed')), kinds), kinds
    ) }}
    {%- endif -%}
{%- endmacro %}

{#- Those of bookings as they are credited. -#}
{% macro renewed_split_bookings() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set kinds, wins, credits = ['week', 'month', 'quarter', 'year'], 'int_wins_placed', 'fct_split_credits' -%}
    {{ renewed_scopes(
        closed_in(differing(wins), kinds) ~ ' union all ' ~ closed_in(differing(credits), kinds),
        closed_in(of_moved(ref(wins)), kinds) ~ ' union all ' ~ closed_in(of_moved(ref(credits)), kinds),
        kinds
    ) }}
    {%- endif -%}
{%- endmacro %}

{#- Owners and the periods in which their deals close. -#}
{% macro closed_in(deals, kinds) -%}
    select coalesce(deals.owner_id, '') as owner_id, days.period_kind, days.period_start_date
    from {{ deals }} as deals
    inner join {{ ref('dim_periods') }} as days
        on deals.close_date between days.period_start_date and days.period_end_date
    where days.period_kind in {{ quoted_list(kinds) }}
{%- endmacro %}

{#- Sellers × fiscal quarters of past forecasts: those of deals of which a state is another, whichever quarter each of their
    states was due in, and quarters that were not over by the last build. -#}
{% macro renewed_forecasts() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set others, versions, days = differing('fct_opportunity_versions'), ref('fct_opportunity_versions'), ref('dim_dates') -%}
    with states as (
        select owner_id, close_date from {{ others }} as gone
        union
        select owner_id, close_date from {{ versions }} as versions
        where opportunity_id in (select others.opportunity_id from {{ others }} as others)
        union
        select versions.owner_id, versions.close_date from {{ versions }} as versions
        inner join {{ days }} as days on versions.close_date = days.date_day
        where days.fiscal_quarter_end_date >= cast({{ built_as_of() }} as date) or {{ is_history_other() }}
    )
    select distinct coalesce(states.owner_id, '') as owner_id, days.fiscal_quarter_start_date
    from states
    inner join {{ days }} as days on states.close_date = days.date_day
    {%- endif -%}
{%- endmacro %}

{#- Scopes × fiscal quarters of what past forecasts add up to, and of what was booked in them and in the quarter before. -#}
{% macro renewed_rollups() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set points, wins, days = ref('int_forecast_points'), differing('int_wins_placed'), ref('dim_dates') -%}
    {%- set owned = "select owner_id, 'quarter' as period_kind, fiscal_quarter_start_date as period_start_date from " -%}
    with renewed as (
        {{ renewed_scopes(
            owned ~ differing('fct_forecast_snapshots') ~ ' as differing union all ' ~ owned ~ '('
            ~ "select coalesce(wins.owner_id, '') as owner_id, points.fiscal_quarter_start_date from " ~ wins
            ~ ' as wins inner join ' ~ days ~ ' as days on wins.close_date = days.date_day inner join ' ~ points
            ~ ' as points on days.fiscal_quarter_start_date in '
            ~ '(points.fiscal_quarter_start_date, points.previous_quarter_start_date)) as booked',
            owned ~ ref('fct_forecast_snapshots') ~ ' as snapshots',
            ['quarter']
        ) }}
    )
    select scope_kind, scope_id, period_start_date as fiscal_quarter_start_date from renewed
    union
    select scopes.scope_kind, scopes.scope_id, points.fiscal_quarter_start_date
    from {{ points }} as points
    cross join {{ ref('int_scopes_membered') }} as scopes
    where points.snapshot_at >= {{ built_as_of() }}
    {%- endif -%}
{%- endmacro %}

{#- Scopes of which a forecast of a quarter that has ended differs, or that of a seller who counts in, or has come in or gone
    out; who neither forecast nor booked anything adds nothing. -#}
{% macro renewed_accuracies() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set told = "rollups.scope_kind = 'owner' and rollups.is_complete and (rollups.actual_amount <> 0"
        ~ ' or rollups.closed_amount <> 0 or rollups.commit_amount <> 0'
        ~ ' or rollups.best_case_amount <> 0 or rollups.default_weighted_amount <> 0 or rollups.weighted_amount <> 0)' -%}
    {%- set others = differing('rpt_forecast_rollups') -%}
    select rollups.scope_kind, rollups.scope_id from {{ others }} as rollups where rollups.is_complete
    {%- for rollups, scopes in [
        (others, ref('int_scopes_membered')), (ref('rpt_forecast_rollups'), differing('int_scopes_membered'))
    ] %}
    union
    select scopes.scope_kind, scopes.scope_id
    from {{ rollups }} as rollups
    inner join {{ scopes }} as scopes on {{ told }} and rollups.scope_id = scopes.owner_id
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- As a condition: the scope's forecasts of the quarter are taken again. -#}
{% macro is_renewed_rollup(scopes, quarters) -%}
    {{ is_renewed([scopes ~ '.scope_kind', scopes ~ '.scope_id', quarters ~ '.fiscal_quarter_start_date']) }}
{%- endmacro %}
