-- Rendered from the rule models themselves (`config.meta.process_rule`): a rule file that is added
-- or taken away appears or disappears here with no other change.
{%- set rules = [] -%}
{%- if execute -%}
    {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.config.meta.get('process_rule') -%}
        {%- do rules.append(dict(node.config.meta['process_rule'], description=node.description | trim)) -%}
    {%- endfor -%}
{%- endif %}

with rules as (
    {% for rule in rules | sort(attribute='rule_id') %}
    select
        '{{ rule.rule_id }}' as rule_id,
        '{{ dbt.escape_single_quotes(rule.rule_name) }}' as rule_name,
        '{{ rule.severity }}' as severity,
        '{{ dbt.escape_single_quotes(rule.serves) }}' as serves,
        '{{ dbt.escape_single_quotes(rule.description) | replace("\n", " ") }}' as description
    {{ 'union all' if not loop.last }}
    {% else %}
    select '' as rule_id, '' as rule_name, '' as severity, '' as serves, '' as description
    where 1 = 0
    {% endfor %}
),

described as (

    select
        rule_id,
        description || ': ' || cast(threshold_value as {{ dbt.type_string() }}) || ' ' || unit
            || case when sales_process is null then '' else ' in ' || sales_process end as phrase
    from {{ ref('process_rule_thresholds') }}

),

thresholds as (

    select rule_id, {{ dbt.listagg("phrase", "'; '", "order by phrase") }} as threshold_description
    from described
    group by rule_id

)

select
    rules.rule_id,
    rules.rule_name,
    rules.severity,
    rules.serves,
    rules.description,
    coalesce(thresholds.threshold_description, 'No threshold: yes or no.') as threshold_description
from rules
left join thresholds on rules.rule_id = thresholds.rule_id
