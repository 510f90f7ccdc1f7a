{#
    What bookings consist of, three times over: by kind of business, by first or repeat customer and by lead source.
    Each breakdown adds up to the bookings of its scope and period; never add up two of them, nor two teams.
#}
{% set slot = ['period_kind', 'period_start_date', 'breakdown', 'category', 'is_referral_source'] %}

with periods as (
    select * from {{ ref('dim_periods') }}
    where period_kind in ('month', 'quarter', 'year') and not is_future
),

wins as (
    select
        wins.*,
        periods.period_kind,
        periods.period_start_date,
        coalesce(wins.owner_id, '') as owned_by_id,
        wins.account_id is null as is_without_account
    from {{ ref('int_wins_placed') }} as wins
    inner join periods
        on wins.close_date between periods.period_start_date and periods.period_end_date
    {{ upon_last('where', of_renewed_scopes("coalesce(wins.owner_id, '')")) }}
),

broken_down as (
    {% for breakdown, category, is_referral in [
        ('kind', 'business_kind', 'false'),
        ('customer', "case when is_without_account then 'unknown' when is_repeat then 'repeat' else 'first' end", 'false'),
        ('source', 'source_name', 'is_referral'),
    ] %}
    select
        period_kind,
        period_start_date,
        {{ quoted(breakdown) }} as breakdown,
        {{ category }} as category,
        {{ is_referral }} as is_referral_source,
        owned_by_id,
        account_id,
        amount
    from wins
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

owned as (
    select
        {{ slot | join(', ') }},
        owned_by_id,
        account_id,
        sum(amount) as bookings_amount,
        count(*) as won_count,
        -- only an account of several owners may be there twice when these come together
        count(*) over (partition by {{ slot | join(', ') }}, account_id) > 1 as is_shared
    from broken_down
    group by {{ slot | join(', ') }}, owned_by_id, account_id
),

summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        owned.{{ slot | join(', owned.') }},
        max(scopes.scope_name) as scope_name,
        sum(owned.bookings_amount) as bookings_amount,
        sum(owned.won_count) as won_count,
        count(case when not owned.is_shared then owned.account_id end)
        + count(distinct owned.account_id) filter (where owned.is_shared) as account_count
    from owned
    inner join {{ ref('int_scopes_membered') }} as scopes on owned.owned_by_id = scopes.owner_id
    {{ upon_last('where', is_renewed_scope('scopes', 'owned')) }}
    group by scopes.scope_kind, scopes.scope_id, owned.{{ slot | join(', owned.') }}
)

select
    summed.scope_kind,
    summed.scope_id,
    summed.scope_name,
    summed.period_kind,
    summed.period_start_date,
    periods.period_label,
    summed.breakdown,
    summed.category,
    summed.is_referral_source,
    cast(summed.bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(summed.won_count as bigint) as won_count,
    cast(summed.account_count as bigint) as account_count,
    cast(summed.bookings_amount as double) / nullif(
        cast(
            sum(summed.bookings_amount) over (
                partition by
                    summed.scope_kind, summed.scope_id, summed.period_kind, summed.period_start_date,
                    summed.breakdown
            ) as double
        ), 0
    ) as bookings_ratio,
    periods.is_complete
from summed
inner join periods
    on
        summed.period_kind = periods.period_kind
        and summed.period_start_date = periods.period_start_date
