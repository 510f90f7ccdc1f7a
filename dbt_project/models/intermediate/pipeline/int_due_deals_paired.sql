{#
    Deals × periods in which some state of the deal was due in the period and held within it: how the deal
    stood when the period began and when it ended (T while it runs). Only periods whose begin is known.
#}

with versions as (

    select
        *,
        coalesce(owner_id, '') as owned_by_id,
        coalesce(amount, 0) as value_amount,
        lead(version_number) over (partition by opportunity_id order by version_number asc) is null as is_last

    from {{ ref('fct_opportunity_versions') }}

),

days as (

    {% for kind, column in [
        ('week', 'week_start_date'), ('month', 'fiscal_month_start_date'), ('quarter', 'fiscal_quarter_start_date')
    ] %}
    select
        date_day,
        {{ quoted(kind) }} as period_kind,
        {{ column }} as period_start_date

    from {{ ref('dim_dates') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

periods as (

    select periods.*

    from {{ ref('dim_periods') }} as periods
    inner join {{ ref('dim_history_horizons') }} as horizons
        on
            horizons.field_name = 'State'
            and periods.starts_at >= horizons.history_known_from
    where not periods.is_future

),

due as (

    select distinct
        versions.opportunity_id,
        periods.period_kind,
        periods.period_start_date,
        periods.period_end_date,
        periods.starts_at,
        periods.known_until

    from versions
    inner join days
        on versions.close_date = days.date_day
    inner join periods
        on
            days.period_kind = periods.period_kind
            and days.period_start_date = periods.period_start_date
    where
        versions.valid_from <= periods.known_until
        and (versions.valid_to > periods.starts_at or versions.valid_to is null)

),

ends as (

    select
        opportunity_id,
        max(case when version_number = 1 then owned_by_id end) as first_owner_id,
        max(case when version_number = 1 then value_amount end) as first_amount,
        max(case when is_last then owned_by_id end) as last_owner_id,
        max(case when is_last then value_amount end) as last_amount

    from versions
    group by opportunity_id

)

select
    due.opportunity_id,
    due.period_kind,
    due.period_start_date,
    before.opportunity_id is not null as was_there,
    coalesce(before.is_open, false) as was_open,
    coalesce(before.is_won, false) as was_won,
    coalesce(before.close_date between due.period_start_date and due.period_end_date, false) as was_due,
    after.opportunity_id is not null as is_there,
    coalesce(after.is_open, false) as is_open,
    coalesce(after.is_won, false) as is_won,
    coalesce(after.close_date between due.period_start_date and due.period_end_date, false) as is_due,
    coalesce(after.close_date < due.period_start_date, false) as is_due_earlier,
    coalesce(before.owned_by_id, ends.first_owner_id) as begin_owner_id,
    coalesce(before.value_amount, ends.first_amount) as begin_amount,
    coalesce(after.owned_by_id, ends.last_owner_id) as end_owner_id,
    coalesce(after.value_amount, ends.last_amount) as end_amount

from due
inner join ends
    on due.opportunity_id = ends.opportunity_id
left join versions as before
    on
        due.opportunity_id = before.opportunity_id
        and before.valid_from <= due.starts_at
        and (before.valid_to > due.starts_at or before.valid_to is null)
left join versions as after
    on
        due.opportunity_id = after.opportunity_id
        and after.valid_from <= due.known_until
        and (after.valid_to > due.known_until or after.valid_to is null)
