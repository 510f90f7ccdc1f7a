{# What was due for renewal in each fiscal quarter and year, by the account's owner, and what became of it. #}

select
    cases.account_owner_id as owner_id,
    periods.period_kind,
    periods.period_start_date,
    count(*) as due_count,
    sum(case when cases.outcome = 'renewed' then 1 else 0 end) as renewed_count,
    sum(case when cases.outcome = 'lost' then 1 else 0 end) as lost_count,
    sum(case when cases.outcome = 'lapsed' then 1 else 0 end) as lapsed_count,
    sum(case when cases.outcome in ('open', 'running') then 1 else 0 end) as undecided_count,
    coalesce(sum(cases.contract_amount), 0) as due_amount,
    coalesce(sum(case when cases.outcome = 'renewed' then cases.contract_amount end), 0) as renewed_amount
from {{ ref('fct_renewals') }} as cases
inner join {{ ref('dim_periods') }} as periods
    on
        cases.due_date between periods.period_start_date and periods.period_end_date
        and periods.period_kind in ('quarter', 'year')
        and not periods.is_future
group by cases.account_owner_id, periods.period_kind, periods.period_start_date
