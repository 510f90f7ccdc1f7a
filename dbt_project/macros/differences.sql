{#-
    What a build upon the last one made different. A table that tells its differences (`keep_before` before it is
    filled, `tell_differing` after) writes each row that was there and is not any more, or the other way round, into
    intermediate.<its name>__differing. A model that adds up its rows computes anew what those rows belong to, and
    keeps the rest. All of it since the last whole build: one that breaks off leaves what it told, and the next adds to it.
-#}

{#- The as-of instant (UTC) of the last whole build: what was over by then is the same since, but for rows that changed. -#}
{% macro built_as_of() -%}
    cast('{{ var('built_as_of', none) or env_var('SALESPULSE_BUILT_AS_OF', '') or '0001-01-01' }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- Before a table is filled: which of its rows are about to be replaced. With `is_kept` the others stay. -#}
{% macro keep_before(replaced='true', is_kept=true) -%}
    {%- if execute and changed_since() != '' -%}
    create or replace temp table {{ this.identifier }}__before as select * from {{ this }} where {{ replaced }};
    {% if is_kept -%}
    delete from {{ this }} where {{ replaced }};
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- After it is filled: the rows that differ, of those that were replaced. No two rows of such a table are alike. -#}
{% macro tell_differing(replaced='true') -%}
    {%- set told = differing_relation(this.identifier) -%}
    {%- if not execute -%}
    {%- elif changed_since() != '' -%}
    delete from {{ told }} where built_upon <> '{{ changed_since() }}';
    insert into {{ told }}
    select *, '{{ changed_since() }}' from (
        (select * from {{ this.identifier }}__before except select * from {{ this }} where {{ replaced }})
        union all
        (select * from {{ this }} where {{ replaced }} except select * from {{ this.identifier }}__before)
    ) as differing;
    drop table {{ this.identifier }}__before;
    {%- else -%}
    create or replace table {{ told }} as select *, '' as built_upon from {{ this }} where false;
    {%- endif -%}
{%- endmacro %}

{#- The rows of a model that this build, or one before it since the last whole one, made different. -#}
{% macro differing(model) -%}
    {#- Named while dbt reads the project, which so knows of it. -#}
    {%- set followed = ref(model) -%}
    (select * from {{ differing_relation(model) }} where built_upon = '{{ changed_since() }}')
{%- endmacro %}

{% macro differing_relation(identifier) -%}
    intermediate.{{ identifier }}__differing
{%- endmacro %}

{#- Before a report is filled: which of its rows, by their key, are computed anew. Out with those; the others stay. With
    `is_told` they are kept aside, for what differs to be told afterwards: tell_differing(is_renewed(columns)). -#}
{% macro keep_but(keys, columns, is_told=false) -%}
    {%- if execute and changed_since() != '' -%}
    create or replace temp table {{ renewed() }} as {{ keys }};
    {% if is_told -%}
    {{ keep_before(is_renewed(columns)) }}
    {%- else -%}
    delete from {{ this }} where {{ is_renewed(columns) }};
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- As a condition: the row is computed anew. -#}
{% macro is_renewed(columns) -%}
    ({{ columns | join(', ') }}) in (select * from {{ renewed() }})
{%- endmacro %}

{#- The keys of the rows that are computed anew. -#}
{% macro renewed() -%}
    {{ this.identifier }}__renewed
{%- endmacro %}

{#- A condition that only a build upon the last one has, after `where` or `and`. -#}
{% macro upon_last(word, condition) -%}
    {%- if is_partial() -%} {{ word }} {{ condition }} {%- endif -%}
{%- endmacro %}
