{#- A text as a literal of SQL. -#}
{% macro quoted(text) -%}
    '{{ dbt.escape_single_quotes(text) }}'
{%- endmacro %}

{#- Texts as the right side of `in`. -#}
{% macro quoted_list(texts) -%}
    ({% for text in texts %}{{ quoted(text) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
