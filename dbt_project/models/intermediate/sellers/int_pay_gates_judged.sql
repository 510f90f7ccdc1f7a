{#
    Whether each seller met what the plan asks for beside results. A behaviour that cannot be measured, since no deal
    was closed, holds nothing back. Of several gates missed the strictest counts.
#}

with judged as (
    select
        assigned.owner_id,
        assigned.period_start_date,
        gates.behaviour,
        gates.least_rate,
        gates.missed_payout_ratio,
        measured.behaviour_rate,
        case
            when measured.behaviour_rate is null then 'not_measured'
            when measured.behaviour_rate < gates.least_rate then 'missed'
            else 'passed'
        end as gate_result
    from {{ ref('int_pay_plans_assigned') }} as assigned
    inner join {{ ref('pay_plan_gates') }} as gates on assigned.plan_id = gates.plan_id
    left join {{ ref('int_pay_behaviours_measured') }} as measured
        on
            assigned.owner_id = measured.owner_id
            and assigned.period_start_date = measured.period_start_date
            and gates.behaviour = measured.behaviour
),

told as (
    select
        *,
        cast(cast(100 * behaviour_rate as decimal(9, 1)) as {{ dbt.type_string() }}) as measured_text,
        cast(cast(100 * least_rate as decimal(9, 1)) as {{ dbt.type_string() }}) as asked_text
    from judged
),

phrased as (
    select
        *,
        case
            when gate_result = 'not_measured' then concat(behaviour, ' not measured')
            else concat(behaviour, ' ', gate_result, ' with ', measured_text, ' of ', asked_text, ' %')
        end as phrase
    from told
)

select
    owner_id,
    period_start_date,
    case
        when max(case when gate_result = 'missed' then 1 else 0 end) = 1 then 'missed'
        when max(case when gate_result = 'not_measured' then 1 else 0 end) = 1 then 'not_measured'
        else 'passed'
    end as gate_result,
    coalesce(min(case when gate_result = 'missed' then missed_payout_ratio end), 1) as payout_ratio,
    {{ dbt.listagg("phrase", "', '", "order by phrase") }} as explanation
from phrased
group by owner_id, period_start_date
