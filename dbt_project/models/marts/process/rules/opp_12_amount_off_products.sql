with summed as (
    select opportunity_id, sum(record_amount) as products_amount
    from {{ ref('stg_salesforce__opportunity_line_items') }}
    where not is_deleted
    group by opportunity_id
)

select
    {{ deal_finding('OPP-12', "
        The products add up to {products_amount}, the amount is {coalesce('' || record_amount, 'blank')}
    ", of='judged') }}
from {{ judged_deals('OPP-12', ['difference_limit_percent']) }} as judged
inner join summed on judged.opportunity_id = summed.opportunity_id
where
    100 * abs(coalesce(judged.record_amount, 0) - summed.products_amount)
    > judged.difference_limit_percent * abs(coalesce(judged.record_amount, 0))
