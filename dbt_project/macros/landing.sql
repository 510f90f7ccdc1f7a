{#- Where the landed rows of a Salesforce object are read from. Another engine answers with its own. -#}
{% macro landing(table) -%}
    {{ return(adapter.dispatch('landing', 'salespulse')(table)) }}
{%- endmacro %}

{% macro default__landing(table) -%}
    {{ return(source('raw_salesforce', table)) }}
{%- endmacro %}
