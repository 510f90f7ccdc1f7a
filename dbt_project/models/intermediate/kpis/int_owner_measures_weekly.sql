{# What each owner brought in and did, by Monday week: the days of int_measures_daily added up. #}
{% set measures = [
    'bookings_amount', 'won_count', 'lost_count', 'created_count', 'pipeline_created_amount', 'activity_count',
    'meeting_count'
] %}

select
    owner_id,
    {% for measure in measures %}
    cast(coalesce(sum({{ measure }}), 0) as {{ kpi_type(measure) }}) as {{ measure }},
    {% endfor %}
    cast({{ dbt.date_trunc('week', 'measure_date') }} as date) as week_start_date
from {{ ref('int_measures_daily') }}
group by owner_id, {{ dbt.date_trunc('week', 'measure_date') }}
having
    {% for measure in measures %}
    {{ '+ ' if not loop.first }}count({{ measure }})
    {% endfor %}
    > 0
