{#
    How long leads wait for the first touch. Those that nobody has touched yet have waited so far and stay in: the
    median is that of the Kaplan-Meier curve, and empty as long as fewer than half have been touched.
#}
{% set limit = var('lead_response_limit_hours') %}

with leads as (
    select
        leads.lead_id,
        leads.response_hours,
        leads.is_response_censored as is_untouched,
        not leads.is_response_censored as is_touched,
        coalesce(leads.owner_id, '') as owned_by_id,
        dates.fiscal_month_start_date as cohort_start_date,
        -- once for all scopes, and by number: who waited longest comes first
        row_number() over (
            order by
                leads.response_hours desc,
                case when leads.is_response_censored then 0 else 1 end asc,
                leads.lead_id asc
        ) as waiting_number
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('dim_dates') }} as dates on leads.created_date = dates.date_day
),

members as (
    select *, dense_rank() over (order by scope_kind asc, scope_id asc) as scope_number
    from {{ ref('int_scopes_membered') }}
    where scope_kind <> 'company'
),

scoped as (
    -- leads in a queue are nobody's, and the company's all the same
    select
        0 as scope_number,
        'company' as scope_kind,
        'company' as scope_id,
        'Company' as scope_name,
        leads.*
    from leads
    union all
    select members.scope_number, members.scope_kind, members.scope_id, members.scope_name, leads.*
    from leads
    inner join members on leads.owned_by_id = members.owner_id
),

waiting as (
    select
        *,
        row_number() over (partition by scope_number, cohort_start_date order by waiting_number asc)
            as at_risk_count
    from scoped
),

surviving as (
    -- the share that still waits after this touch: the product of (1 − 1 / at risk) over the touches so far
    select
        *,
        is_touched and response_hours <= {{ limit }} as is_within,
        is_untouched and response_hours < {{ limit }} as is_undecided,
        exp(
            sum(
                case
                    when is_untouched then 0.0
                    when at_risk_count = 1 then -1000.0
                    else ln(1 - 1.0 / at_risk_count)
                end
            ) over (
                partition by scope_number, cohort_start_date
                order by waiting_number desc
                rows between unbounded preceding and current row
            )
        ) as waiting_share
    from waiting
)

select
    scope_kind,
    scope_id,
    max(scope_name) as scope_name,
    cohort_start_date,
    count(*) as lead_count,
    cast(sum(case when is_untouched then 1 else 0 end) as bigint) as untouched_count,
    {% for name, share in [('median', 0.5), ('p90', 0.1)] %}
    min(case when is_touched and waiting_share <= {{ share }} + 1e-9 then response_hours end)
        as {{ name }}_response_hours,
    {% endfor %}
    cast(sum(case when is_within then 1 else 0 end) as bigint) as within_limit_count,
    cast(sum(case when is_undecided then 1 else 0 end) as bigint) as undecided_count,
    cast(sum(case when is_within then 1 else 0 end) as double)
    / nullif(sum(case when is_undecided then 0 else 1 end), 0) as within_limit_rate
from surviving
group by scope_kind, scope_id, cohort_start_date
