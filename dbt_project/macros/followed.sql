{#-
    A model that says of its rows upon which build they last changed: their difference from what they were then. Nothing
    is assumed of what might have changed them. Rows that are gone stay until the next build, so that whoever follows it
    learns of them; until a build is whole, those of one that broke off count as changed too.
-#}

{#- The last columns of such a model: whether the row is gone, and the build upon which it changed; empty: from all rows. -#}
{% macro change_columns(is_gone='false') -%}
    {{ is_gone }} as is_gone,
    {{ quoted(changed_since() if is_partial() else '') }} as changed_upon
{%- endmacro %}

{#- All rows of the query `present`, with these keys and other columns; upon the last build those that differ from then,
    and those of then that are no more, `among` the rows of the model that the query speaks of. -#}
{% macro followed(keys, columns, present='present', among='true') -%}
{%- set names = keys + columns -%}
{%- if is_partial() %}
select
    {{ names | join(', ') }},
    {{ change_columns() }}

from (
    select {{ names | join(', ') }} from {{ present }}
    except
    select {{ names | join(', ') }} from {{ this }}
    where not is_gone and {{ among }}
) as differing

union all

select
    {% for key in keys %}
    last_rows.{{ key }},
    {% endfor %}
    {% for column in columns %}
    null as {{ column }},
    {% endfor %}
    {{ change_columns('true') }}

from (
    select {{ keys | join(', ') }} from {{ this }}
    where not is_gone and {{ among }}
) as last_rows
left join {{ present }} as present_rows
    on
        {% for key in keys %}
        {{ 'and ' if not loop.first }}last_rows.{{ key }} = present_rows.{{ key }}
        {% endfor %}
where present_rows.{{ keys[0] }} is null
{%- else %}
select
    {{ names | join(', ') }},
    {{ change_columns() }}

from {{ present }}
{%- endif -%}
{%- endmacro %}

{#- Before: out with the rows whose going is known. -#}
{% macro forget_gone() -%}
    {%- if is_partial() -%}
    delete from {{ this }} where is_gone and changed_upon <> {{ quoted(changed_since()) }}
    {%- endif -%}
{%- endmacro %}

{#- As a condition: a row of a followed model has changed since the last build. From all rows nobody asks. -#}
{% macro is_changed(rows=none) -%}
    {{ rows ~ '.' if rows }}changed_upon = {{ quoted(changed_since()) }}
{%- endmacro %}

{#- After: where nobody has to learn of them. -#}
{% macro forget_all_gone() -%}
    {%- if is_partial() -%}
    delete from {{ this }} where is_gone
    {%- endif -%}
{%- endmacro %}
