{#
    Each customer through each fiscal quarter and year: what its running contracts were worth on the eve and on the
    last day (today, while the period runs), and what was due for renewal. Changes are netted within customer and
    period, so that start − churned − contraction + expansion + new = end to the cent.
#}

with periods as (
    select
        periods.period_kind,
        periods.period_start_date,
        periods.period_end_date,
        periods.period_label,
        periods.is_complete,
        least(periods.period_end_date, as_of.as_of_date) as last_date
    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    where periods.period_kind in ('quarter', 'year') and not periods.is_future
),

terms as (
    select wins.account_id, wins.start_date, wins.amount, wins.is_sized, renewals.end_date
    from {{ ref('int_contracts_dated') }} as wins
    inner join {{ ref('fct_renewals') }} as renewals
        on wins.contract_id = renewals.contract_opportunity_id
),

placed as (
    select
        terms.*,
        periods.period_kind,
        periods.period_start_date,
        terms.start_date < periods.period_start_date as is_at_start,
        terms.end_date > periods.last_date or terms.end_date is null as is_at_end
    from terms
    inner join periods
        on
            terms.start_date <= periods.last_date
            and (terms.end_date >= periods.period_start_date or terms.end_date is null)
),

held as (
    select
        account_id,
        period_kind,
        period_start_date,
        sum(case when is_at_start then amount else 0 end) as start_amount,
        sum(case when is_at_end then amount else 0 end) as end_amount,
        sum(case when is_at_start then 1 else 0 end) > 0 as is_customer_at_start,
        sum(case when is_at_end then 1 else 0 end) > 0 as is_customer_at_end,
        sum(case when is_at_end and not is_sized then 1 else 0 end) as unsized_count
    from placed
    group by account_id, period_kind, period_start_date
    having sum(case when is_at_start or is_at_end then 1 else 0 end) > 0
)

select
    held.account_id,
    customers.account_name,
    customers.owner_id,
    held.period_kind,
    held.period_start_date,
    periods.period_label,
    held.is_customer_at_start,
    held.is_customer_at_end,
    cast(held.start_amount as decimal(18, 2)) as start_amount,
    cast(case when not held.is_customer_at_start then held.end_amount else 0 end as decimal(18, 2))
        as new_amount,
    cast(
        case
            when held.is_customer_at_start and held.is_customer_at_end
                then greatest(held.end_amount - held.start_amount, 0)
            else 0
        end as decimal(18, 2)
    ) as expansion_amount,
    cast(
        case
            when held.is_customer_at_start and held.is_customer_at_end
                then greatest(held.start_amount - held.end_amount, 0)
            else 0
        end as decimal(18, 2)
    ) as contraction_amount,
    cast(case when not held.is_customer_at_end then held.start_amount else 0 end as decimal(18, 2))
        as churned_amount,
    cast(held.end_amount as decimal(18, 2)) as end_amount,
    cast(held.unsized_count as bigint) as unsized_count,
    periods.is_complete
from held
inner join periods
    on
        held.period_kind = periods.period_kind
        and held.period_start_date = periods.period_start_date
left join {{ ref('dim_accounts') }} as customers on held.account_id = customers.account_id
