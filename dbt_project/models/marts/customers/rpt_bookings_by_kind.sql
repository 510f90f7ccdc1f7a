{#
    What bookings consist of, three times over: by kind of business, by first or repeat customer and by lead source.
    Each breakdown adds up to the bookings of its scope and period; never add up two of them, nor two teams.
#}

with wins as (

    select
        wins.*,
        coalesce(wins.owner_id, '') as owned_by_id,
        coalesce(deals.lead_source, '') as source_name,
        wins.account_id is null as is_without_account

    from {{ ref('int_wins_placed') }} as wins
    inner join {{ ref('fct_opportunities') }} as deals
        on wins.opportunity_id = deals.opportunity_id

),

broken_down as (

    {% for breakdown, category, is_referral in [
        ('kind', 'business_kind', 'false'),
        ('customer', "case when is_without_account then 'unknown' when is_repeat then 'repeat' else 'first' end", 'false'),
        ('source', 'source_name', 'is_referral'),
    ] %}
    select
        {{ quoted(breakdown) }} as breakdown,
        {{ category }} as category,
        {{ is_referral }} as is_referral_source,
        owned_by_id,
        account_id,
        close_date,
        amount

    from wins
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

summed as (

    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        periods.period_kind,
        periods.period_start_date,
        periods.period_label,
        periods.is_complete,
        broken_down.breakdown,
        broken_down.category,
        broken_down.is_referral_source,
        sum(broken_down.amount) as bookings_amount,
        count(*) as won_count,
        count(distinct broken_down.account_id) as account_count

    from broken_down
    inner join {{ ref('dim_periods') }} as periods
        on
            broken_down.close_date between periods.period_start_date and periods.period_end_date
            and periods.period_kind in ('month', 'quarter', 'year')
            and not periods.is_future
    inner join {{ ref('int_scopes_membered') }} as scopes
        on broken_down.owned_by_id = scopes.owner_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

)

select
    scope_kind,
    scope_id,
    scope_name,
    period_kind,
    period_start_date,
    period_label,
    breakdown,
    category,
    is_referral_source,
    cast(bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(won_count as bigint) as won_count,
    cast(account_count as bigint) as account_count,
    cast(bookings_amount as double) / nullif(
        cast(
            sum(bookings_amount) over (
                partition by scope_kind, scope_id, period_kind, period_start_date, breakdown
            ) as double
        ), 0
    ) as bookings_ratio,
    is_complete

from summed
