{#-
    A build after few changes computes anew only the deals that changed since the last one. Which build
    that was, and whether it may be built upon at all, is decided by the pipeline, in SALESPULSE_CHANGED_SINCE:
    without it every model is built from all rows.
-#}

{#- The variable of this run, else that of the environment: until when (UTC) loaded rows are in the tables already; empty: nothing is. -#}
{% macro changed_since() -%}
    {{ return(var('changed_since', none) or env_var('SALESPULSE_CHANGED_SINCE', '')) }}
{%- endmacro %}

{#- Whether this model keeps the rows it has, but for those of touched keys. -#}
{% macro is_partial() -%}
    {{ return(changed_since() != '' and is_incremental()) }}
{%- endmacro %}

{#- The rows of a relation that are of touched deals; all of them in a full build. -#}
{% macro of_touched(relation, column='opportunity_id') -%}
    {#- Named while dbt reads the project, which so knows of it; afterwards only where it is used. -#}
    {%- set touched = ref('int_opportunities_touched') if is_partial() or not execute -%}
    {%- if is_partial() -%}
    (select * from {{ relation }} where {{ column }} in (select {{ column }} from {{ touched }}))
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- As a condition: the row is of a touched deal. -#}
{% macro is_of_touched(column='opportunity_id') -%}
    {%- set touched = ref('int_opportunities_touched') if is_partial() or not execute -%}
    {%- if is_partial() -%}
    {{ column }} in (select touched.{{ column }} from {{ touched }} as touched)
    {%- endif -%}
{%- endmacro %}

{#- Before the rows of touched deals are put in: out with those that are there. -#}
{% macro forget_touched(column='opportunity_id') -%}
    {%- set touched = ref('int_opportunities_touched') if is_partial() or not execute -%}
    {%- if is_partial() -%}
    delete from {{ this }} where {{ column }} in (select {{ column }} from {{ touched }})
    {%- endif -%}
{%- endmacro %}

{#- As a condition: the row was loaded since the last build. In a full build nobody asks, and nothing is said. -#}
{% macro is_loaded_since(column) -%}
    {%- if changed_since() != '' -%}
    {{ column }} > cast('{{ changed_since() }}' as {{ dbt.type_timestamp() }})
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}

{#- What the models read of a version of a deal; one in which none of it differs from the last is no version. -#}
{% macro capture_columns() -%}
    {{ return([
        'last_modified_at', 'owner_id', 'record_type_id', 'last_modified_by_id', 'opportunity_type', 'lead_source',
        'stage_name', 'forecast_category', 'next_step', 'record_amount', 'probability_rate', 'is_closed', 'is_won',
        'close_date', 'is_deleted', 'deleted_at', 'currency_iso_code'
    ]) }}
{%- endmacro %}
