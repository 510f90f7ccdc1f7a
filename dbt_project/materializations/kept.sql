{#-
    A table that keeps its rows in a build upon the last one, but for those that its hooks take out and its query gives
    anew: put in by one statement, without a copy on the way, and described only when it is made. In any other build it is a
    table like all. What is merged by a key of its own (the ledger of exceptions) goes dbt's way.
-#}

{% materialization incremental, adapter='duckdb' %}
    {%- if config.get('incremental_strategy') != 'append' -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set is_kept = is_partial() -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do drop_of_another_type(target) %}
    {% call statement('main') -%}
        {%- if is_kept -%}
            {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
            {%- else -%}
            insert into {{ target }} ({{ sql }});
            {%- endif -%}
        {%- elif config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {%- else -%}
            create or replace table {{ target }} as ({{ sql }});
        {%- endif -%}
    {%- endcall %}
    {%- if not is_kept -%}
        {% do describe_relation(target) %}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
