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

{#- A query of a rule's thresholds by sales process, a column for each. -#}
{% macro thresholds_of(rule_id, names) -%}
    select
        sales_process,
        {{ thresholds_named(names) }}
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = '{{ rule_id }}'
    group by sales_process
{%- endmacro %}

{% macro thresholds_named(names) -%}
    {%- for name in names %}
        max(case when threshold_name = '{{ name }}' then threshold_value end) as {{ name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A rule's thresholds with the as-of instant, in parentheses: a row for each sales process … -#}
{% macro limits_by_process(rule_id, names) -%}
    {{ at_as_of(thresholds_of(rule_id, names)) }}
{%- endmacro %}

{#- … and the one row for what is no deal: its process is ''. -#}
{% macro limits_of(rule_id, names) -%}
    {% set thresholds -%}
        select {{ thresholds_named(names) }}
        from {{ ref('int_process_thresholds_resolved') }}
        where rule_id = '{{ rule_id }}' and sales_process = ''
    {%- endset %}
    {{ at_as_of(thresholds) }}
{%- endmacro %}

{% macro at_as_of(thresholds) -%}
    (
        select
            thresholds.*,
            as_of.as_of_at,
            as_of.as_of_date
        from ({{ thresholds }}) as thresholds
        cross join {{ ref('int_as_of') }} as as_of
    )
{%- endmacro %}

{#- The open deals, each with the as-of instant and the rule's thresholds of its own process. -#}
{% macro open_deals(rule_id, names) -%}
    {{ deals_with_limits(rule_id, names, 'deals.is_open') }}
{%- endmacro %}

{#- The same with those that were closed lately, for rules about a deal's way. -#}
{% macro judged_deals(rule_id, names=[]) -%}
    {{ deals_with_limits(
        rule_id, names + ['closed_within_days'],
        'deals.is_open or '
        ~ dbt.datediff('deals.closed_at', 'limits.as_of_at', 'day') ~ ' <= limits.closed_within_days'
    ) }}
{%- endmacro %}

{% macro deals_with_limits(rule_id, names, condition) -%}
    (
        select
            deals.*,
            limits.as_of_at,
            limits.as_of_date
            {%- for name in names %},
            limits.{{ name }}
            {%- endfor %}
        from {{ ref('fct_opportunities') }} as deals
        inner join {{ limits_by_process(rule_id, names) }} as limits
            on coalesce(deals.sales_process, '') = limits.sales_process
        where {{ condition }}
    )
{%- endmacro %}

{#-
    Where "proposal or later" begins in each sales process, in parentheses: its first open stage that is won as often
    by default as the rule's threshold says. (An amount may be asked for long before there is a proposal.)
-#}
{% macro proposals_by(rule_id) -%}
    (
        select
            stages.sales_process,
            min(stages.stage_order) as proposal_order
        from {{ ref('dim_sales_stages') }} as stages
        inner join ({{ thresholds_of(rule_id, ['proposal_probability_percent']) }}) as thresholds
            on stages.sales_process = thresholds.sales_process
        where
            not stages.is_closed
            and 100 * stages.default_probability_rate >= thresholds.proposal_probability_percent
        group by stages.sales_process
    )
{%- endmacro %}

{#- The deals that have a primary contact, in parentheses. -#}
{% macro primary_contacts() -%}
    (
        select distinct opportunity_id
        from {{ ref('stg_salesforce__opportunity_contact_roles') }}
        where is_primary and not is_deleted
    )
{%- endmacro %}

{#- As a condition: meetings of this kind are on record at all. Of what nobody ever wrote down nothing can be said. -#}
{% macro is_recorded(meeting_kind) -%}
    exists (
        select 1 from {{ ref('int_manager_meetings') }} as recorded
        where recorded.meeting_kind = '{{ meeting_kind }}' and recorded.is_held
    )
{%- endmacro %}
