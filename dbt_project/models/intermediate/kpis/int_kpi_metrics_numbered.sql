{{ config(materialized='view') }}
{# The metrics of the macro kpi_metrics, each by its place there, and what of history it needs to be known. #}

select metrics.metric_number, metrics.metric, metrics.needs
from (
    values
    {% for metric, needs in kpi_metrics().items() %}
    ({{ loop.index }}, {{ quoted(metric) }}, {{ quoted(needs) }}){{ ',' if not loop.last }}
    {% endfor %}
) as metrics (metric_number, metric, needs)
