with won as (
    select *, {{ local_date('won_at') }} as won_date
    from {{ judged_deals('OPP-22', ['date_limit_days']) }} as judged
    where is_won
)

select {{ deal_finding('OPP-22', "Marked won on {won_date}, but its close date is {close_date}") }}
from won
where
    close_date > as_of_date
    or abs({{ dbt.datediff('won_date', 'close_date', 'day') }}) > date_limit_days
