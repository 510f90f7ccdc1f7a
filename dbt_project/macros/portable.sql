{#-
    The constructs whose spelling differs between engines, each behind one name. A model uses these and
    dbt's own cross-database macros, and is otherwise standard SQL.
-#}

{#- The day of an instant (UTC) in the reporting time zone. -#}
{% macro local_date(instant) -%}
    {%- if is_cut_in_utc() -%}
        cast({{ instant }} as date)
    {%- else -%}
        {{ adapter.dispatch('local_date', 'salespulse')(instant, reporting_time_zone()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_date(instant, zone) -%}
    cast(timezone('{{ zone }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro spark__local_date(instant, zone) -%}
    cast(from_utc_timestamp({{ instant }}, '{{ zone }}') as date)
{%- endmacro %}

{#- The instant (UTC) at which the clocks of the reporting time zone show a time. -#}
{% macro utc_instant(local_timestamp) -%}
    {%- if is_cut_in_utc() -%}
        cast({{ local_timestamp }} as {{ dbt.type_timestamp() }})
    {%- else -%}
        {{ adapter.dispatch('utc_instant', 'salespulse')(local_timestamp, reporting_time_zone()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__utc_instant(local_timestamp, zone) -%}
    timezone('UTC', timezone('{{ zone }}', {{ local_timestamp }}))
{%- endmacro %}

{% macro spark__utc_instant(local_timestamp, zone) -%}
    to_utc_timestamp({{ local_timestamp }}, '{{ zone }}')
{%- endmacro %}

{#- The time zone in which days are cut: the variable of this run, else that of the environment. -#}
{% macro reporting_time_zone() -%}
    {{ return(var('reporting_time_zone', none) or env_var('SALESPULSE_TIME_ZONE', 'UTC')) }}
{%- endmacro %}

{#- Whether its days are those of UTC. -#}
{% macro is_cut_in_utc() -%}
    {{ return(reporting_time_zone() in ('UTC', 'GMT', 'Etc/UTC', 'Etc/GMT')) }}
{%- endmacro %}

{#- The day so many days after a day. For many rows: dbt's dateadd goes by way of instants. -#}
{% macro days_after(day, days) -%}
    {{ adapter.dispatch('days_after', 'salespulse')(day, days) }}
{%- endmacro %}

{% macro default__days_after(day, days) -%}
    {{ day }} + cast({{ days }} as integer)
{%- endmacro %}

{% macro spark__days_after(day, days) -%}
    date_add({{ day }}, cast({{ days }} as int))
{%- endmacro %}

{#- In a select list: one row for each whole number from 0 that is below a count (1 or more), and the number. -#}
{% macro each_number_below(count) -%}
    {{ adapter.dispatch('each_number_below', 'salespulse')(count) }}
{%- endmacro %}

{% macro default__each_number_below(count) -%}
    unnest(range({{ count }}))
{%- endmacro %}

{% macro spark__each_number_below(count) -%}
    explode(sequence(0, cast({{ count }} as int) - 1))
{%- endmacro %}

{#- Days between two instants with their fraction. -#}
{% macro elapsed_days(earlier, later) -%}
    cast({{ dbt.datediff(earlier, later, 'second') }} as double) / 86400
{%- endmacro %}

{#- A query of the whole numbers 0 … 10^digits − 1 in the column n. -#}
{% macro numbers(digits) -%}
    select
        {% for place in range(digits) %}{{ 10 ** place }} * d{{ place }}.digit{{ ' + ' if not loop.last }}{% endfor %} as n
    from
        {% for place in range(digits) -%}
        {{ 'cross join ' if not loop.first }}(
            {% for digit in range(10) %}select {{ digit }} as digit{{ ' union all ' if not loop.last }}{% endfor %}
        ) as d{{ place }}
        {% endfor %}
{%- endmacro %}

{#- The share-th quantile of the rows of a group, interpolated; nulls are left out. -#}
{% macro percentile(expression, share) -%}
    {{ adapter.dispatch('percentile', 'salespulse')(expression, share) }}
{%- endmacro %}

{% macro default__percentile(expression, share) -%}
    percentile_cont({{ share }}) within group (order by {{ expression }} asc)
{%- endmacro %}

{% macro spark__percentile(expression, share) -%}
    percentile({{ expression }}, {{ share }})
{%- endmacro %}

{#- As a condition: the row is of the part that a model is being filled with (macros/parts.sql); of all, where none is. -#}
{% macro is_of_part(key) -%}
    {{ adapter.dispatch('is_of_part', 'salespulse')(key) }}
{%- endmacro %}

{% macro default__is_of_part(key) -%}
    coalesce(hash({{ key }}) % getvariable('part_count') = getvariable('part_number'), true)
{%- endmacro %}

{% macro spark__is_of_part(key) -%}
    true
{%- endmacro %}

{#- Before a table that keeps its rows is filled: it has this column, also if it is older than it. -#}
{% macro add_column(name, type) -%}
    {{ adapter.dispatch('add_column', 'salespulse')(name, type) }}
{%- endmacro %}

{% macro default__add_column(name, type) -%}
    alter table if exists {{ this }} add column if not exists {{ name }} {{ type }}
{%- endmacro %}

{#- There the models' `on_schema_change` does it. -#}
{% macro spark__add_column(name, type) -%}
    select 1
{%- endmacro %}
