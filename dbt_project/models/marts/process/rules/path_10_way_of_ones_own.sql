{# Judged in each process; told of the one in which the seller is farthest from the others. #}

with diverging as (
    select
        compared.*,
        row_number() over (
            partition by compared.owner_id order by compared.divergence desc, compared.sales_process asc
        ) as preference
    from {{ ref('int_owner_moves_compared') }} as compared
    inner join {{ limits_by_process('PATH-10', [
        'deal_limit_count', 'divergence_limit_percent', 'deviation_limit_percent'
    ]) }} as limits
        on compared.sales_process = limits.sales_process
    where
        compared.deal_count >= limits.deal_limit_count
        and 100 * compared.divergence >= limits.divergence_limit_percent
        and 100 * compared.deviation >= limits.deviation_limit_percent
)

select
    {{ person_finding('PATH-10', "
        In {sales_process} {move_count|round} of {left_count|round} moves from {from_stage_name}
        went to {to_stage_name}, of others' moves {100 * others_ratio|round} %
    ") }}
from diverging
inner join {{ ref('dim_users') }} as people
    on diverging.owner_id = people.user_id and people.is_active
where diverging.preference = 1
