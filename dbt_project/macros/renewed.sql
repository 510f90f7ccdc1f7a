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

{#- The deals of which the record itself was loaded since the last build, be it for a field that no version holds. -#}
{% macro renewed_records() -%}
    {%- set changes = ref('stg_salesforce__opportunity_changes') -%}
    select distinct changes.opportunity_id from {{ changes }} as changes where {{ is_loaded_since('changes.loaded_at') }}
{%- endmacro %}

{#- The deals of which anything may differ in how they stand at T: open ones, as they age; those of which a record, a state,
    an activity, a role or the account is another; those dated beyond the days known so far; all, if the org has moved. -#}
{% macro renewed_standings() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set accounts = ref('stg_salesforce__accounts') -%}
    {{ renewed_records() }}
    union all
    select opportunity_id from {{ ref('int_opportunities_classified') }} as deals
    where not is_closed or account_id in (
        select accounts.account_id from {{ accounts }} as accounts where {{ is_loaded_since('accounts.loaded_at') }}
    )
    union all
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union all
    select opportunity_id from {{ differing('int_opportunity_activity_summarized') }} as activities
    union all
    select opportunity_id from {{ differing('int_contact_roles_counted') }} as contact_roles
    union all
    select opportunity_id from {{ ref('int_opportunity_closings_observed') }} as closings where not has_history
    union all
    select deals.opportunity_id from {{ this }} as deals
    cross join {{ ref('int_as_of') }} as as_of
    where
        (deals.close_date is not null and deals.fiscal_quarter_start_date is null)
        or deals.opportunity_url not like concat(as_of.instance_url, '%')
        or {{ is_history_other() }}
    {%- endif -%}
{%- endmacro %}

{#- The deals of which the closing may be another: touched ones, and those that nobody saw close, which T bounds. -#}
{% macro renewed_closings() -%}
    {%- if changed_since() != '' or not execute -%}
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union
    select opportunity_id from {{ this }} as closings where not has_history
    {%- endif -%}
{%- endmacro %}

{#- The deals of which somebody may be credited otherwise: of touched ones, and of splits that were loaded since. -#}
{% macro renewed_credits() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set splits, people = ref('stg_salesforce__opportunity_splits'), ref('stg_salesforce__user_changes') -%}
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union
    select splits.opportunity_id from {{ splits }} as splits
    where {{ is_loaded_since('splits.loaded_at') }} or splits.owner_id in (
        select people.user_id from {{ people }} as people where {{ is_loaded_since('people.loaded_at') }}
    )
    {%- endif -%}
{%- endmacro %}

{#- Sellers × processes × stages of which a state of an open deal differs. -#}
{% macro renewed_pipelines() -%}
    select distinct
        coalesce(versions.owner_id, '') as owner_id,
        coalesce(versions.sales_process, '') as sales_process,
        coalesce(versions.stage_name, '') as stage_name
    from {{ differing('fct_opportunity_versions') }} as versions
    where versions.is_open
{%- endmacro %}

{#- What a level of the pipeline belongs to, never null. -#}
{% macro pipeline_key() -%}
    {{ return(["coalesce(owner_id, '')", "coalesce(sales_process, '')", "coalesce(stage_name, '')"]) }}
{%- endmacro %}

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

{#- Of rows of owners those of such who have come into a scope or gone out of one. -#}
{% macro of_moved(relation) -%}
    (
        select * from {{ relation }} as rows_of_owners
        where coalesce(owner_id, '') in (select scopes.owner_id from {{ differing('int_scopes_membered') }} as scopes)
    )
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

{#- As a condition: the scope's row of the period is computed anew. -#}
{% macro is_renewed_scope(scopes, periods) -%}
    {{ is_renewed([
        scopes ~ '.scope_kind', scopes ~ '.scope_id', periods ~ '.period_kind', periods ~ '.period_start_date'
    ]) }}
{%- endmacro %}

{#- As a condition: the scope's forecasts of the quarter are taken again. -#}
{% macro is_renewed_rollup(scopes, quarters) -%}
    {{ is_renewed([scopes ~ '.scope_kind', scopes ~ '.scope_id', quarters ~ '.fiscal_quarter_start_date']) }}
{%- endmacro %}
