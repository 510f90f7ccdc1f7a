{#- Opening, closing and won per seller and in all, against one predicate over the versions. -#}
with periods as (

    select
        falls.*,
        periods.period_end_date,
        periods.starts_at,
        periods.known_until

    from {{ ref('rpt_pipeline_waterfall') }} as falls
    inner join {{ ref('dim_periods') }} as periods
        on
            falls.period_kind = periods.period_kind
            and falls.period_start_date = periods.period_start_date
    where
        falls.unknown_reason is null
        and falls.scope_kind in ('company', 'owner')

),

told as (

    select
        periods.scope_id,
        periods.period_kind,
        periods.period_start_date,
        sum(
            case
                when versions.is_open and versions.valid_from <= periods.starts_at
                    and (versions.valid_to > periods.starts_at or versions.valid_to is null)
                    then versions.constant_amount
            end
        ) as opening_amount,
        sum(
            case
                when versions.is_open and versions.valid_from <= periods.known_until
                    and (versions.valid_to > periods.known_until or versions.valid_to is null)
                    then versions.constant_amount
            end
        ) as closing_amount,
        sum(
            case
                when versions.is_won and versions.valid_from <= periods.known_until
                    and (versions.valid_to > periods.known_until or versions.valid_to is null)
                    then versions.constant_amount
            end
        ) as won_amount,
        sum(
            case
                when versions.is_won and versions.valid_from <= periods.known_until
                    and (versions.valid_to > periods.known_until or versions.valid_to is null)
                    then versions.amount
            end
        ) as bookings_amount

    from periods
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on
            versions.close_date between periods.period_start_date and periods.period_end_date
            and (periods.scope_kind = 'company' or versions.owner_id = periods.scope_id)
    group by periods.scope_id, periods.period_kind, periods.period_start_date

)

select
    periods.scope_id,
    periods.period_kind,
    periods.period_start_date,
    periods.opening_amount,
    told.opening_amount as told_opening_amount,
    periods.closing_amount,
    told.closing_amount as told_closing_amount,
    periods.won_amount,
    told.won_amount as told_won_amount,
    periods.bookings_amount,
    told.bookings_amount as told_bookings_amount

from periods
left join told
    on
        periods.scope_id = told.scope_id
        and periods.period_kind = told.period_kind
        and periods.period_start_date = told.period_start_date
where
    periods.opening_amount <> coalesce(told.opening_amount, 0)
    or periods.closing_amount <> coalesce(told.closing_amount, 0)
    or periods.won_amount <> coalesce(told.won_amount, 0)
    or periods.bookings_amount <> coalesce(told.bookings_amount, 0)
