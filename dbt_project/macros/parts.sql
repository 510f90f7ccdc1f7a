{#-
    A table that DuckDB would need too much memory for is filled in parts, by one statement each: what it reads says by
    `is_of_part` which rows are of the part. The part is a variable of the connection, set for this table alone.
#}

{#- Before: how many parts there are, by the rows of what the table is made of, of which so many are taken at once (the name
    of a variable). A build upon the last one has one part. -#}
{% macro begin_parts(relation, at_once) -%}
    {%- if execute -%}
    set variable part_number = 0;
    set variable part_count = {{ '1' if is_partial() else '(select 1 + count(*) // ' ~ var(at_once) ~ ' from ' ~ relation ~ ')' }};
    {%- endif -%}
{%- endmacro %}

{#- How many parts the table is filled in. -#}
{% macro part_count() -%}
    {{ return(run_query("select getvariable('part_count')").columns[0].values()[0] | int) }}
{%- endmacro %}

{#- After the first part: the others. -#}
{% macro fill_other_parts() -%}
    {%- if execute -%}
    {%- for part_number in range(1, part_count()) -%}
    set variable part_number = {{ part_number }};
    insert into {{ this }} by name {{ model.compiled_code }};
    {%- endfor -%}
    reset variable part_number;
    reset variable part_count;
    {%- endif -%}
{%- endmacro %}
