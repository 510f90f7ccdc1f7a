{#- A text as a literal of SQL. -#}
{% macro quoted(text) -%}
    '{{ dbt.escape_single_quotes(text) }}'
{%- endmacro %}

{#- Texts as the right side of `in`. -#}
{% macro quoted_list(texts) -%}
    ({% for text in texts %}{{ quoted(text) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- After all others: what has not ended ends here. Ranges that are never null join fast, "or … is null" does not. -#}
{% macro end_of_time() -%}
    cast('9999-12-31' as {{ dbt.type_timestamp() }})
{%- endmacro %}
