{#
    Each deal open at T with how long ago it was last touched then, for each T of int_coverage_points. What was done after
    T is not known at T. Upon the last build a T that is new is computed of all deals, the others of those that may differ.
#}

with points as (
    -- a day and a week may end at one instant
    select distinct snapshot_at from {{ ref('int_coverage_points') }}
),

open_deals as (
    select points.snapshot_at, versions.opportunity_id, coalesce(versions.owner_id, '') as owner_id
    from points
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on
            versions.valid_from <= points.snapshot_at
            and coalesce(versions.valid_to, {{ end_of_time() }}) > points.snapshot_at
    where
        versions.is_open
        {{ upon_last('and', is_renewed_touch()) }}
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
    {{ upon_last('where', 'seen.opportunity_id in (select open_deals.opportunity_id from open_deals)') }}
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
