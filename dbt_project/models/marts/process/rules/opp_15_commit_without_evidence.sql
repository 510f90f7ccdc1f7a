with commits as (
    select
        deals.*,
        {{ local_date('coalesce(deals.last_activity_at, deals.created_at)') }} as touched_date,
        primaries.opportunity_id is null as lacks_contact,
        deals.push_count >= deals.push_limit_count as is_put_off
    from {{ open_deals('OPP-15', ['idle_limit_days', 'push_limit_count']) }} as deals
    left join {{ primary_contacts() }} as primaries
        on deals.opportunity_id = primaries.opportunity_id
    where deals.forecast_category = 'Commit'
),

judged as (
    select
        *,
        {{ dbt.datediff('touched_date', 'as_of_date', 'day') }} > idle_limit_days as is_too_idle
    from commits
)

select
    {{ deal_finding('OPP-15',
        "Committed{case when lacks_contact then ', without a primary contact' else '' end}"
        ~ "{case when is_too_idle then ', nothing done since ' || touched_date else '' end}"
        ~ "{case when is_put_off then ', put off ' || push_count || ' times' else '' end}"
    ) }}
from judged
where lacks_contact or is_too_idle or is_put_off
