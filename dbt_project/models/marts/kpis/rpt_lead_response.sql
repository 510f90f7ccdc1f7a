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
        dates.fiscal_month_start_date as cohort_start_date

    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('dim_dates') }} as dates
        on leads.created_date = dates.date_day

),

scoped as (

    -- leads in a queue are nobody's, and the company's all the same
    select
        'company' as scope_kind,
        'company' as scope_id,
        'Company' as scope_name,
        leads.*

    from leads

    union all

    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        leads.*

    from leads
    inner join {{ ref('int_scopes_membered') }} as scopes
        on
            leads.owned_by_id = scopes.owner_id
            and scopes.scope_kind <> 'company'

),

waiting as (

    select
        *,
        count(*) over (
            partition by scope_kind, scope_id, cohort_start_date
            order by
                response_hours desc,
                case when is_untouched then 0 else 1 end asc,
                lead_id asc
            rows between unbounded preceding and current row
        ) as at_risk_count

    from scoped

),

surviving as (

    -- the share that still waits after this touch: the product of (1 − 1 / at risk) over the touches so far
    select
        *,
        exp(
            sum(
                case
                    when is_untouched then 0.0
                    when at_risk_count = 1 then -1000.0
                    else ln(1 - 1.0 / at_risk_count)
                end
            ) over (
                partition by scope_kind, scope_id, cohort_start_date
                order by at_risk_count desc
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
    cast(
        sum(case when is_touched and response_hours <= {{ limit }} then 1 else 0 end) as bigint
    ) as within_limit_count,
    cast(sum(case when is_untouched and response_hours < {{ limit }} then 1 else 0 end) as bigint)
        as undecided_count,
    cast(sum(case when is_touched and response_hours <= {{ limit }} then 1 else 0 end) as double)
    / nullif(sum(case when is_untouched and response_hours < {{ limit }} then 0 else 1 end), 0)
        as within_limit_rate

from surviving
group by scope_kind, scope_id, cohort_start_date
