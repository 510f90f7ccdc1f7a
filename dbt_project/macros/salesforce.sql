{#- What Salesforce spells in a way of its own. -#}

{#- The forecast category as people say it: the API calls Commit 'Forecast'. -#}
{% macro forecast_category(api_value) -%}
    case {{ api_value }}
        when 'Forecast' then 'Commit'
        when 'BestCase' then 'Best Case'
        when 'MostLikely' then 'Most Likely'
        else {{ api_value }}
    end
{%- endmacro %}

{#- An id if it is of the object with this key prefix (the first three characters), else null. -#}
{% macro id_of(column, key_prefix) -%}
    case when substring({{ column }}, 1, 3) = '{{ key_prefix }}' then {{ column }} end
{%- endmacro %}
