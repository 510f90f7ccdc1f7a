{#
    How many deals a person changed in the minutes before an instant, at its highest: each change of a deal counts
    from the instant it is made until so many minutes later, and changes of one deal that overlap count as one.
#}

with limits as (

    select
        thresholds.*,
        {{ dbt.dateadd('day', '-1 * thresholds.changed_within_days', 'as_of.as_of_at') }} as judged_from
    from (
        {{ thresholds_of('PATH-08', ['deal_limit_count', 'within_minutes', 'changed_within_days']) }}
    ) as thresholds
    cross join {{ ref('int_as_of') }} as as_of
    where thresholds.sales_process = ''

),

changes as (

    select
        versions.changed_by_id,
        versions.opportunity_id,
        versions.valid_from as begins_at,
        {{ dbt.dateadd('minute', 'limits.within_minutes', 'versions.valid_from') }} as ends_at
    from {{ ref('fct_opportunity_versions') }} as versions
    inner join limits
        on versions.valid_from >= limits.judged_from
    inner join {{ ref('dim_users') }} as people
        on
            versions.changed_by_id = people.user_id
            and people.is_person
            and people.is_active
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

    select
        changed_by_id,
        begins_at as happens_at,
        1 as deal_change
    from marked
    where last_ends_at is null or begins_at > last_ends_at

    union all

    select
        changed_by_id,
        ends_at as happens_at,
        -1 as deal_change
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
            partition by counted.changed_by_id
            order by counted.deal_count desc, counted.happens_at desc
        ) as place
    from counted
    inner join limits
        on counted.deal_count >= limits.deal_limit_count

)

select
    'PATH-08' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'Changed ' || cast(ranked.deal_count as {{ dbt.type_string() }}) || ' deals within '
    || cast(ranked.within_minutes as {{ dbt.type_string() }}) || ' minutes on '
    || cast({{ local_date('ranked.happens_at') }} as {{ dbt.type_string() }}) as detail
from ranked
inner join {{ ref('dim_users') }} as people
    on ranked.changed_by_id = people.user_id
where ranked.place = 1
