{#
    How often a deal's close date was moved later while it was open. A date that was blank
    before is no push, nor is the date that the deal is closed with.
#}

with versions as (
    select * from {{ of_touched(ref('int_opportunity_versions_rebuilt')) }}
),

dated as (
    select
        opportunity_id,
        is_closed,
        close_date,
        lag(close_date) over (partition by opportunity_id order by version_number asc) as previous_close_date
    from versions
    where close_date is not null
)

select opportunity_id, count(*) as push_count
from dated
where close_date > previous_close_date and not is_closed
group by opportunity_id
