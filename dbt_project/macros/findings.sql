{#-
    What a process rule says of a record: the eight columns that every rule selects, `of` the relation named so. A
    sentence holds SQL in braces, see `told`. What thresholds a rule has, and whom it judges, is in process.sql.
-#}

{#- Of a deal. Nothing of a closed one is at risk any more. -#}
{% macro deal_finding(rule_id, sentence, of='', amount=none) -%}
    {%- set of = of ~ '.' if of else '' -%}
    {{ finding(
        rule_id, "'Opportunity'", of ~ 'opportunity_id', of ~ 'opportunity_name', of ~ 'owner_id', of ~ 'opportunity_id',
        amount or 'case when ' ~ of ~ 'is_open then ' ~ of ~ 'amount else 0 end', sentence
    ) }}
{%- endmacro %}

{#- Of somebody's habit, or of what somebody left undone; `owner` is who has to mend it. -#}
{% macro person_finding(rule_id, sentence, of='people', owner='user_id', amount='null') -%}
    {{ finding(
        rule_id, "'User'", of ~ '.user_id', of ~ '.user_name', of ~ '.' ~ owner, 'null', amount, sentence
    ) }}
{%- endmacro %}

{#- Of a task or an event; `deal` is the relation of the open deal it is about, if any. -#}
{% macro activity_finding(rule_id, sentence, of, deal=none) -%}
    {{ finding(
        rule_id, 'case when ' ~ of ~ ".activity_kind = 'event' then 'Event' else 'Task' end", of ~ '.activity_id',
        of ~ '.subject', of ~ '.owner_id', deal ~ '.opportunity_id' if deal else 'null',
        deal ~ '.amount' if deal else 'null', sentence
    ) }}
{%- endmacro %}

{#- Of a lead; `deal` is the relation of the open deal that it became, if any. -#}
{% macro lead_finding(rule_id, sentence, of, deal=none) -%}
    {{ finding(
        rule_id, "'Lead'", of ~ '.lead_id', of ~ '.lead_name', of ~ '.owner_id',
        deal ~ '.opportunity_id' if deal else 'null', deal ~ '.amount' if deal else 'null', sentence
    ) }}
{%- endmacro %}

{#- Of a meeting that a manager held. -#}
{% macro meeting_finding(rule_id, sentence, of) -%}
    {{ finding(
        rule_id, "'Event'", of ~ '.meeting_id', of ~ '.meeting_name', of ~ '.manager_id', 'null', 'null',
        sentence
    ) }}
{%- endmacro %}

{% macro finding(
    rule_id, record_object, record_id, record_name, owner_id, opportunity_id, at_risk_amount, sentence
) -%}
    '{{ rule_id }}' as rule_id,
    {{ record_object }} as record_object,
    {{ record_id }} as record_id,
    {{ record_name }} as record_name,
    {{ owner_id }} as owner_id,
    cast({{ opportunity_id }} as {{ dbt.type_string() }}) as opportunity_id,
    cast({{ at_risk_amount }} as decimal(18, 2)) as at_risk_amount,
    {{ told(sentence) }} as detail
{%- endmacro %}

{#-
    A sentence as an expression. What stands in braces is SQL and told as a text: `{x}` as it is, `{x|date}` an instant
    by its local day, `{x|floor}`, `{x|ceiling}` and `{x|round}` as a whole number, `{x|day/days}` a number with its
    noun. Empty SQL makes the whole sentence empty. A sentence may run over several lines.
-#}
{% macro told(sentence) -%}
    {%- set pieces = (sentence.split() | join(' ')).split('{') -%}
    {%- set parts = [quoted(pieces[0])] if pieces[0] else [] -%}
    {%- for piece in pieces[1:] -%}
        {%- set value, words = piece.split('}', 1) -%}
        {%- do parts.append(told_value(value)) -%}
        {%- if words %}{% do parts.append(quoted(words)) %}{% endif -%}
    {%- endfor -%}
    {{ parts | join('\n    || ') }}
{%- endmacro %}

{% macro told_value(value) -%}
    {%- set expression, bar, form = value.rpartition('|') -%}
    {%- if form in ('floor', 'ceiling', 'round') -%}
        cast(cast({{ form }}({{ expression }}) as bigint) as {{ dbt.type_string() }})
    {%- elif form == 'date' -%}
        cast({{ local_date(expression) }} as {{ dbt.type_string() }})
    {%- elif bar and '/' in form -%}
        cast({{ expression }} as {{ dbt.type_string() }})
    || case when {{ expression }} = 1 then ' {{ form.split('/')[0] }}' else ' {{ form.split('/')[1] }}' end
    {%- else -%}
        cast({{ value }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
