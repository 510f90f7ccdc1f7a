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

{#- A query of a rule's thresholds by sales process, a column for each. What is no deal has the process ''. -#}
{% macro thresholds_of(rule_id, names) -%}
    select
        sales_process
        {%- for name in names %},
        max(case when threshold_name = '{{ name }}' then threshold_value end) as {{ name }}
        {%- endfor %}
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = '{{ rule_id }}'
    group by sales_process
{%- endmacro %}

{#- A query of the deals that a rule about a deal's way judges: the open ones, and those closed lately. -#}
{% macro deals_judged_by(rule_id) -%}
    select opportunities.*
    from {{ ref('fct_opportunities') }} as opportunities
    cross join {{ ref('int_as_of') }} as as_of
    inner join (
        {{ thresholds_of(rule_id, ['closed_within_days']) }}
    ) as thresholds
        on coalesce(opportunities.sales_process, '') = thresholds.sales_process
    where
        opportunities.is_open
        or {{ dbt.datediff('opportunities.closed_at', 'as_of.as_of_at', 'day') }} <= thresholds.closed_within_days
{%- endmacro %}

{#-
    A query of where "proposal or later" begins in each sales process: its first open stage that is won as often by
    default as the rule's threshold says. (An amount may be asked for long before there is a proposal.)
-#}
{% macro proposals_by(rule_id) -%}
    select
        stages.sales_process,
        min(stages.stage_order) as proposal_order
    from {{ ref('dim_sales_stages') }} as stages
    inner join (
        {{ thresholds_of(rule_id, ['proposal_probability_percent']) }}
    ) as thresholds
        on stages.sales_process = thresholds.sales_process
    where
        not stages.is_closed
        and 100 * stages.default_probability_rate >= thresholds.proposal_probability_percent
    group by stages.sales_process
{%- endmacro %}

{#- As a condition: meetings of this kind are on record at all. Of what nobody ever wrote down nothing can be said. -#}
{% macro is_recorded(meeting_kind) -%}
    exists (
        select 1 from {{ ref('int_manager_meetings') }} as recorded
        where recorded.meeting_kind = '{{ meeting_kind }}' and recorded.is_held
    )
{%- endmacro %}
