{#
    How well the ranges of past quarters held: pinball loss by quantile, and how often they were kept. Exact sums:
    of fractions the cents would depend on the order of the rows.
#}
{% set quantiles = {'p10': 0.1, 'p50': 0.5, 'p90': 0.9} %}

with judged as (
    select
        *,
        {% for name, share in quantiles.items() %}
        greatest(
            {{ share }} * (actual_amount - {{ name }}_amount),
            ({{ share }} - 1) * (actual_amount - {{ name }}_amount)
        ) as {{ name }}_loss,
        {% endfor %}
        case when actual_amount between p10_amount and p90_amount then 1 else 0 end as is_covered
    from {{ ref('rpt_forecast_rollup_ranges') }}
    where is_complete
)

select
    scope_kind,
    scope_id,
    max(scope_name) as scope_name,
    forecast_kind,
    week_number,
    count(*) as quarter_count,
    cast(sum(actual_amount) as decimal(18, 2)) as actual_amount,
    {% for name in quantiles %}
    cast(avg({{ name }}_loss) as decimal(18, 2)) as {{ name }}_pinball_amount,
    {% endfor %}
    cast(avg(p10_loss + p50_loss + p90_loss) / 3 as decimal(18, 2)) as pinball_amount,
    cast(sum(p10_loss + p50_loss + p90_loss) as double) / 3 / nullif(cast(sum(actual_amount) as double), 0)
        as pinball_ratio,
    cast(sum(is_covered) as double) / count(*) as coverage_rate,
    cast(avg(p90_amount - p10_amount) as decimal(18, 2)) as average_width_amount
from judged
group by scope_kind, scope_id, forecast_kind, week_number
