{#-
    What each rule model says of itself (`config.meta.process_rule`), with its description and the name of
    its file, by rule id. Empty while dbt parses, and in a unit test, which knows of no other model.
-#}
{% macro process_rules() -%}
    {%- set rules = [] -%}
    {%- for node in (graph.nodes or {}).values() if node.config.meta.process_rule -%}
        {%- do rules.append(dict(
            node.config.meta.process_rule,
            model_name=node.name,
            description=node.description | trim | replace('\n', ' '),
        )) -%}
    {%- endfor -%}
    {{ return(rules | sort(attribute='rule_id')) }}
{%- endmacro %}
