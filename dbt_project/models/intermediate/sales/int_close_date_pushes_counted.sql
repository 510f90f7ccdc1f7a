{#
    How often and how far a deal's close date was moved later while it was open. A date that was blank
    before is no push, nor is the date that the deal is closed with.
#}

with versions as (

    select * from {{ ref('int_opportunity_versions_rebuilt') }}

),

dated as (

    select
        opportunity_id,
        valid_from,
        is_closed,
        close_date,
        lag(close_date) over (partition by opportunity_id order by version_number asc) as previous_close_date

    from versions
    where close_date is not null

),

pushes as (

    select
        opportunity_id,
        valid_from,
        {{ dbt.datediff('previous_close_date', 'close_date', 'day') }} as pushed_days,
        {{ dbt.datediff('previous_close_date', 'close_date', 'month') }} as pushed_months

    from dated
    where
        close_date > previous_close_date
        and not is_closed

)

select
    opportunity_id,
    count(*) as push_count,
    -- Salesforce's own PushCount counts only these.
    cast(sum(case when pushed_months > 0 then 1 else 0 end) as bigint) as pushed_month_count,
    cast(sum(pushed_days) as bigint) as push_days,
    max(valid_from) as last_pushed_at

from pushes
group by opportunity_id
