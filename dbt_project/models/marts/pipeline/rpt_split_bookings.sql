{#
    Bookings as they are credited: each seller's shares of what was won, beside what the seller's own deals brought.
    Overlays are told of people only, so that no team and no company counts a deal twice.
#}

with entries as (
    select
        coalesce(owner_id, '') as owner_id,
        close_date,
        sum(case when is_revenue then credit_amount end) as split_bookings_amount,
        cast(null as decimal(18, 2)) as bookings_amount,
        sum(case when credit_kind = 'overlay' then credit_amount end) as overlay_amount
    from {{ ref('fct_split_credits') }}
    where is_won
    group by coalesce(owner_id, ''), close_date
    union all
    select
        coalesce(owner_id, '') as owner_id,
        close_date,
        cast(null as decimal(18, 2)) as split_bookings_amount,
        sum(amount) as bookings_amount,
        cast(null as decimal(18, 2)) as overlay_amount
    from {{ ref('fct_opportunities') }}
    where is_won
    group by coalesce(owner_id, ''), close_date
),

owned as (
    select
        entries.owner_id,
        periods.period_kind,
        periods.period_start_date,
        max(periods.period_label) as period_label,
        sum(entries.split_bookings_amount) as split_bookings_amount,
        sum(entries.bookings_amount) as bookings_amount,
        sum(entries.overlay_amount) as overlay_amount
    from entries
    inner join {{ ref('dim_periods') }} as periods
        on
            entries.close_date between periods.period_start_date and periods.period_end_date
            and periods.period_kind in ('week', 'month', 'quarter', 'year')
    {{ upon_last('where', of_renewed_scopes('entries.owner_id')) }}
    group by entries.owner_id, periods.period_kind, periods.period_start_date
)

select
    scopes.scope_kind,
    scopes.scope_id,
    max(scopes.scope_name) as scope_name,
    owned.period_kind,
    owned.period_start_date,
    max(owned.period_label) as period_label,
    cast(coalesce(sum(owned.split_bookings_amount), 0) as decimal(18, 2)) as split_bookings_amount,
    cast(coalesce(sum(owned.bookings_amount), 0) as decimal(18, 2)) as bookings_amount,
    cast(
        case when scopes.scope_kind = 'owner' then coalesce(sum(owned.overlay_amount), 0) end
        as decimal(18, 2)
    ) as overlay_amount
from owned
inner join {{ ref('int_scopes_membered') }} as scopes on owned.owner_id = scopes.owner_id
{{ upon_last('where', is_renewed_scope('scopes', 'owned')) }}
group by scopes.scope_kind, scopes.scope_id, owned.period_kind, owned.period_start_date
