{% set reaches = [7, 14, 30] %}

with by_owner as (
    select
        points.period_kind,
        points.period_start_date,
        deals.owner_id,
        max(points.snapshot_at) as snapshot_at,
        count(*) as open_count,
        {% for days in reaches %}
        sum(case when deals.direct_days <= {{ days }} then 1 else 0 end) as touched_{{ days }}_count,
        sum(case when deals.wide_days <= {{ days }} then 1 else 0 end) as reached_{{ days }}_count,
        {% endfor %}
        sum(deals.direct_days) as direct_days,
        count(deals.direct_days) as touched_count,
        sum(deals.contact_count) as contact_count,
        sum(case when deals.contact_count >= 2 then 1 else 0 end) as multi_threaded_count
    from {{ ref('int_open_deals_touched') }} as deals
    inner join {{ ref('int_coverage_points') }} as points on deals.snapshot_at = points.snapshot_at
    group by points.period_kind, points.period_start_date, deals.owner_id
)

select
    scopes.scope_kind,
    scopes.scope_id,
    max(scopes.scope_name) as scope_name,
    by_owner.period_kind,
    by_owner.period_start_date,
    max(by_owner.snapshot_at) as snapshot_at,
    cast(sum(by_owner.open_count) as bigint) as open_count,
    cast(sum(by_owner.open_count - by_owner.touched_count) as bigint) as never_touched_count,
    {% for days in reaches %}
    cast(sum(by_owner.touched_{{ days }}_count) as bigint) as touched_{{ days }}_days_count,
    cast(sum(by_owner.touched_{{ days }}_count) as double) / sum(by_owner.open_count)
        as touched_{{ days }}_days_rate,
    cast(sum(by_owner.reached_{{ days }}_count) as double) / sum(by_owner.open_count)
        as reached_{{ days }}_days_rate,
    {% endfor %}
    sum(by_owner.direct_days) / nullif(sum(by_owner.touched_count), 0) as average_recency_days,
    cast(sum(by_owner.contact_count) as double) / sum(by_owner.open_count) as average_contact_count,
    cast(sum(by_owner.multi_threaded_count) as bigint) as multi_threaded_count,
    cast(sum(by_owner.multi_threaded_count) as double) / sum(by_owner.open_count) as multi_threaded_rate
from by_owner
inner join {{ ref('int_scopes_membered') }} as scopes on by_owner.owner_id = scopes.owner_id
group by scopes.scope_kind, scopes.scope_id, by_owner.period_kind, by_owner.period_start_date
