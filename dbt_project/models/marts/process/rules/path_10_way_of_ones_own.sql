{# Judged in each process; told of the one in which the seller is farthest from the others. #}

with thresholds as (

    {{ thresholds_of('PATH-10', [
        'deal_limit_count', 'divergence_limit_percent', 'deviation_limit_percent'
    ]) }}

),

diverging as (

    select
        compared.*,
        row_number() over (
            partition by compared.owner_id order by compared.divergence desc, compared.sales_process asc
        ) as preference
    from {{ ref('int_owner_moves_compared') }} as compared
    inner join thresholds
        on compared.sales_process = thresholds.sales_process
    where
        compared.deal_count >= thresholds.deal_limit_count
        and 100 * compared.divergence >= thresholds.divergence_limit_percent
        and 100 * compared.deviation >= thresholds.deviation_limit_percent

)

select
    'PATH-10' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'In ' || diverging.sales_process
    || ' ' || cast(cast(diverging.move_count as bigint) as {{ dbt.type_string() }})
    || ' of ' || cast(cast(diverging.left_count as bigint) as {{ dbt.type_string() }})
    || ' moves from ' || diverging.from_stage_name || ' went to ' || diverging.to_stage_name
    || ', of others'' moves '
    || cast(cast(round(100 * diverging.others_ratio, 0) as bigint) as {{ dbt.type_string() }})
    || ' %' as detail
from diverging
inner join {{ ref('dim_users') }} as people
    on
        diverging.owner_id = people.user_id
        and people.is_active
where diverging.preference = 1
