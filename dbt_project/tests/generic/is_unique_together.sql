{#- No two rows agree in all of these columns; a blank equals a blank. -#}
{% test is_unique_together(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count

from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
