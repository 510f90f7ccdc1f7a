{#
    How many deals a person changed in the minutes before an instant, at its highest: each change of a deal counts
    from the instant it is made until so many minutes later, and changes of one deal that overlap count as one.
#}

with limits as {{ limits_of('PATH-08', ['deal_limit_count', 'within_minutes', 'changed_within_days']) }},

changes as (
    select
        versions.changed_by_id,
        versions.opportunity_id,
        versions.valid_from as begins_at,
        {{ dbt.dateadd('minute', 'limits.within_minutes', 'versions.valid_from') }} as ends_at
    from {{ ref('fct_opportunity_versions') }} as versions
    inner join limits
        on versions.valid_from >= {{ dbt.dateadd('day', '-limits.changed_within_days', 'limits.as_of_at') }}
    where versions.version_number > 1
),

marked as (
    select
        *,
        lag(ends_at) over in_order as last_ends_at,
        lead(begins_at) over in_order as next_begins_at
    from changes
    window in_order as (partition by changed_by_id, opportunity_id order by begins_at asc)
),

ends as (
    select changed_by_id, begins_at as happens_at, 1 as deal_change
    from marked
    where last_ends_at is null or begins_at > last_ends_at
    union all
    select changed_by_id, ends_at as happens_at, -1 as deal_change
    from marked
    where next_begins_at is null or next_begins_at > ends_at
),

counted as (
    select
        changed_by_id,
        happens_at,
        sum(deal_change) over (
            partition by changed_by_id
            order by happens_at asc, deal_change desc
            rows between unbounded preceding and current row
        ) as deal_count
    from ends
),

ranked as (
    select
        counted.*,
        limits.within_minutes,
        row_number() over (
            partition by counted.changed_by_id order by counted.deal_count desc, counted.happens_at desc
        ) as place
    from counted
    inner join limits on counted.deal_count >= limits.deal_limit_count
)

select
    {{ person_finding('PATH-08', "
        Changed {deal_count} deals within {within_minutes} minutes on {happens_at|date}
    ") }}
from ranked
inner join {{ ref('dim_users') }} as people
    on
        ranked.changed_by_id = people.user_id
        and people.is_person
        and people.is_active
where ranked.place = 1
