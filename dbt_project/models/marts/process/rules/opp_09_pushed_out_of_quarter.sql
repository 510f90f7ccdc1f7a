with pushes as (
    select changes.opportunity_id, count(*) as quarter_count
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join {{ ref('dim_dates') }} as old_days
        on cast(changes.old_value as date) = old_days.date_day
    inner join {{ ref('dim_dates') }} as new_days
        on cast(changes.new_value as date) = new_days.date_day
    where
        changes.field_name = 'CloseDate'
        and changes.is_push
        and new_days.fiscal_quarter_start_date > old_days.fiscal_quarter_start_date
    group by changes.opportunity_id
)

select
    {{ deal_finding('OPP-09', "
        Moved to a later quarter {quarter_count} times; it is now to close on {close_date}
    ", of='deals') }}
from {{ open_deals('OPP-09', ['quarter_limit_count']) }} as deals
inner join pushes on deals.opportunity_id = pushes.opportunity_id
where pushes.quarter_count >= deals.quarter_limit_count
