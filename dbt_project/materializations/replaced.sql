{#-
    How tables and views come to be: one statement puts the new one in the place of the old one, in the transaction that
    fills and describes it. dbt's own way builds beside it, renames twice and drops, and looks into the catalog for
    indexes and foreign keys, which no model has; for each of these calls dbt gathers all its macros anew (a third of what
    a small model cost). Readers see neither: they read the published file.
-#}

{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do drop_of_another_type(target) %}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {%- else -%}
            create or replace table {{ target }} as ({{ sql }});
        {%- endif -%}
    {%- endcall %}
    {% do describe_relation(target) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do drop_of_another_type(target) %}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        create or replace view {{ target }} as ({{ sql }});
    {%- endcall %}
    {% do describe_relation(target) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- A table is not replaced by a view, nor a view by a table. -#}
{% macro drop_of_another_type(target) %}
    {%- set existing = load_cached_relation(target) -%}
    {%- if existing is not none and existing.type != target.type -%}
        {% do adapter.drop_relation(existing) %}
    {%- endif -%}
{% endmacro %}


{#- The descriptions as comments, where a model's configuration persists them: one call for all. The columns of a
    contract are those of the relation, so nobody has to look. -#}
{% macro describe_relation(target) %}
    {%- set comments = [] -%}
    {%- if config.persist_relation_docs() and model.description -%}
        {% do comments.append(duckdb__alter_relation_comment(target, model.description)) %}
    {%- endif -%}
    {%- if config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- set name = adapter.quote(column.name) if column.quote else column.name -%}
            {% do comments.append(
                'comment on column ' ~ target ~ '.' ~ name ~ ' is ' ~ duckdb_escape_comment(column.description) ~ ';'
            ) %}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {% call statement('comments') -%}{{ comments | join('\n') }}{%- endcall %}
    {%- endif -%}
{% endmacro %}
