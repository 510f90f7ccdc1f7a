with aged as (
    select *, {{ dbt.datediff('close_date', 'as_of_date', 'day') }} as overdue_days
    from {{ open_deals('OPP-01', ['grace_days']) }} as deals
)

select
    {{ deal_finding('OPP-01', "
        Close date {close_date} passed {overdue_days|day/days} ago and the deal is still in {stage_name}
    ") }}
from aged
where overdue_days > grace_days
