with moved as (

    select
        *,
        lead(start_amount) over (
            partition by account_id, period_kind order by period_start_date asc
        ) as next_start_amount

    from {{ ref('fct_customer_periods') }}

)

select
    account_id,
    period_kind,
    period_start_date,
    start_amount,
    end_amount,
    next_start_amount

from moved
where
    start_amount + new_amount + expansion_amount - contraction_amount - churned_amount <> end_amount
    or next_start_amount <> end_amount
