{#- To the cent for each split, since each is rounded by itself. -#}
with credited as (

    select
        opportunity_id,
        sum(record_amount) as credited_amount,
        count(*) as credit_count

    from {{ ref('fct_split_credits') }}
    where is_revenue
    group by opportunity_id

)

select
    deals.opportunity_id,
    deals.record_amount,
    credited.credited_amount

from {{ ref('fct_opportunities') }} as deals
left join credited
    on deals.opportunity_id = credited.opportunity_id
where
    abs(coalesce(deals.record_amount, 0) - coalesce(credited.credited_amount, 0))
    > 0.01 * credited.credit_count
