{#
    Open deals that break a rule of their process now, the most at risk first. Score of a deal = its amount
    × the sum of the weights of its open exceptions (critical 4, high 3, medium 2, low 1). Deals without an
    amount score 0 and stand at the end, the heavier and longer idle ones first.
#}
{% set most = 3 %}

with exceptions as (
    select
        record_id as opportunity_id,
        rule_id,
        detail,
        case severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end
            as severity_weight
    from {{ ref('fct_process_exceptions') }}
    where record_object = 'Opportunity' and status = 'open'
),

ordered as (
    select
        *,
        row_number() over (
            partition by opportunity_id order by severity_weight desc, rule_id asc
        ) as reason_number
    from exceptions
),

sentences as (
    select *, case when reason_number <= {{ most }} then detail || '.' end as reason
    from ordered
),

weighed as (
    select
        opportunity_id,
        count(*) as open_exception_count,
        sum(severity_weight) as severity_weight,
        {{ dbt.listagg("reason", "' '", "order by reason_number") }}
        || case when count(*) > {{ most }} then ' And ' || (count(*) - {{ most }}) || ' more.' else '' end
            as reasons
    from sentences
    group by opportunity_id
),

scored as (
    select
        deals.*,
        weighed.open_exception_count,
        weighed.severity_weight,
        weighed.reasons,
        coalesce(deals.amount, 0) * weighed.severity_weight as inspection_score
    from {{ ref('fct_opportunities') }} as deals
    inner join weighed on deals.opportunity_id = weighed.opportunity_id
    where deals.is_open
)

select
    opportunity_id,
    opportunity_name,
    opportunity_url,
    owner_id,
    owner_name,
    manager_id,
    account_name,
    stage_name,
    forecast_category,
    amount,
    close_date,
    idle_days,
    stage_age_days,
    push_count,
    cast(open_exception_count as bigint) as open_exception_count,
    reasons,
    cast(inspection_score as decimal(18, 2)) as inspection_score,
    cast(row_number() over (
        partition by manager_id
        order by
            inspection_score desc nulls last,
            severity_weight desc nulls last,
            idle_days desc nulls last,
            opportunity_id asc
    ) as bigint) as inspection_rank
from scored
