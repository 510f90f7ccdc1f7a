{#
    Each deal open at T with how long ago it was last touched then: T is the end of each of the last fourteen days
    and 26 weeks, and now. What was done after T is not known at T.
#}

{{ config(materialized='view') }}

with points as (

    select
        periods.period_kind,
        periods.period_start_date,
        periods.known_until as snapshot_at

    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_history_horizons') }} as horizons
        on
            horizons.field_name = 'State'
            and periods.known_until >= horizons.history_known_from
    where
        not periods.is_future
        and {{ dbt.datediff('periods.period_start_date', 'as_of.as_of_date', 'day') }}
        < case periods.period_kind when 'day' then 14 when 'week' then 26 * 7 else 0 end

),

open_deals as (

    select
        points.snapshot_at,
        versions.opportunity_id,
        coalesce(versions.owner_id, '') as owner_id

    -- a day and a week may end at one instant
    from (select distinct snapshot_at from points) as points
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on
            versions.valid_from <= points.snapshot_at
            and coalesce(versions.valid_to, {{ end_of_time() }}) > points.snapshot_at
    where versions.is_open

),

firsts as (

    select min(snapshot_at) as first_at from points

),

done as (

    -- of what was done before the first T only the last counts
    select
        seen.opportunity_id,
        max(case when seen.is_direct then seen.occurred_at end) as direct_at,
        max(seen.occurred_at) as wide_at

    from {{ ref('int_opportunity_touches_unioned') }} as seen
    cross join firsts
    group by seen.opportunity_id, case when seen.occurred_at >= firsts.first_at then seen.occurred_at end

),

touches as (

    -- each is the last one until the next
    select
        opportunity_id,
        wide_at,
        max(direct_at) over in_order as direct_at,
        coalesce(lead(wide_at) over in_order, {{ end_of_time() }}) as next_at

    from done
    window in_order as (partition by opportunity_id order by wide_at asc)

),

peopled as (

    select
        open_deals.snapshot_at,
        open_deals.opportunity_id,
        count(distinct contact_roles.contact_id) as contact_count

    from open_deals
    inner join {{ ref('stg_salesforce__opportunity_contact_roles') }} as contact_roles
        on
            open_deals.opportunity_id = contact_roles.opportunity_id
            and contact_roles.created_at <= open_deals.snapshot_at
            and coalesce(contact_roles.deleted_at, {{ end_of_time() }}) > open_deals.snapshot_at
    where contact_roles.deleted_at is not null or not contact_roles.is_deleted
    group by open_deals.snapshot_at, open_deals.opportunity_id

)

select
    points.period_kind,
    points.period_start_date,
    open_deals.snapshot_at,
    open_deals.opportunity_id,
    open_deals.owner_id,
    {{ elapsed_days('touches.direct_at', 'open_deals.snapshot_at') }} as direct_days,
    {{ elapsed_days('touches.wide_at', 'open_deals.snapshot_at') }} as wide_days,
    coalesce(peopled.contact_count, 0) as contact_count

from open_deals
left join touches
    on
        open_deals.opportunity_id = touches.opportunity_id
        -- what is known to the day only happened at its first instant, which is the end of the day before
        and touches.wide_at < open_deals.snapshot_at
        and touches.next_at >= open_deals.snapshot_at
left join peopled
    on
        open_deals.opportunity_id = peopled.opportunity_id
        and open_deals.snapshot_at = peopled.snapshot_at
inner join points
    on open_deals.snapshot_at = points.snapshot_at
