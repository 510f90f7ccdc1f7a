{#-
    A view; or a table that is filled in parts, if there are several (macros/parts.sql): where so many rows are added up that
    memory is short, each part is written before the next is begun.
#}

{% materialization parts, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set type = 'table' if part_count() > 1 else 'view' -%}
    {%- set target = this.incorporate(type=type) -%}
    {% do drop_of_another_type(target) %}
    {% call statement('main') -%}
        create or replace {{ type }} {{ target }} as ({{ sql }});
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
