{#
    Rendered from the rule models themselves: a rule file that is added or taken away appears or disappears
    here with no other change.
#}

with rules as (
    {% for rule in process_rules() %}
    select
        {{ quoted(rule.rule_id) }} as rule_id,
        {{ quoted(rule.rule_name) }} as rule_name,
        {{ quoted(rule.severity) }} as severity,
        {{ quoted(rule.serves) }} as serves,
        {{ quoted(rule.description) }} as description
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
