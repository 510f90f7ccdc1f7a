{#
    Deals × periods in which some state of the deal was due in the period and held within it: how the deal
    stood when the period began and when it ended (T while it runs). Only periods whose begin is known.
#}

with days as (
    {% for kind, column in [
        ('week', 'week_start_date'), ('month', 'fiscal_month_start_date'), ('quarter', 'fiscal_quarter_start_date')
    ] %}
    select date_day, {{ quoted(kind) }} as period_kind, {{ column }} as period_start_date
    from {{ ref('dim_dates') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

candidates as (
    select
        opportunity_id,
        close_date,
        valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as ends_at
    from {{ ref('fct_opportunity_versions') }}
    {{ upon_last('where', may_be_due()) }}
),

due as (
    select distinct
        candidates.opportunity_id,
        periods.period_kind,
        periods.period_start_date,
        periods.period_end_date,
        periods.starts_at,
        periods.known_until
    from candidates
    inner join days on candidates.close_date = days.date_day
    inner join {{ ref('dim_periods') }} as periods
        on
            days.period_kind = periods.period_kind
            and days.period_start_date = periods.period_start_date
    inner join {{ ref('dim_history_horizons') }} as horizons
        on horizons.field_name = 'State' and periods.starts_at >= horizons.history_known_from
    where
        not periods.is_future
        and candidates.valid_from <= periods.known_until
        and candidates.ends_at > periods.starts_at
        {{ upon_last('and', renewed_due_deals('candidates.', 'periods.')) }}
),

versions as (
    select
        *,
        coalesce(owner_id, '') as owned_by_id,
        -- in constant currency: a push moves a deal and does not re-rate it
        coalesce(constant_amount, 0) as value_amount,
        -- never null: with an "or" in a left join every deal would be compared with every other
        coalesce(valid_to, {{ end_of_time() }}) as ends_at,
        version_number = max(version_number) over (partition by opportunity_id) as is_last
    from {{ ref('fct_opportunity_versions') }}
    {{ upon_last('where', 'opportunity_id in (select due.opportunity_id from due)') }}
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
    then_state.opportunity_id is not null as was_there,
    coalesce(then_state.is_open, false) as was_open,
    coalesce(then_state.is_won, false) as was_won,
    coalesce(then_state.close_date between due.period_start_date and due.period_end_date, false) as was_due,
    end_state.opportunity_id is not null as is_there,
    coalesce(end_state.is_open, false) as is_open,
    coalesce(end_state.is_won, false) as is_won,
    coalesce(end_state.close_date between due.period_start_date and due.period_end_date, false) as is_due,
    coalesce(end_state.close_date < due.period_start_date, false) as is_due_earlier,
    coalesce(then_state.owned_by_id, ends.first_owner_id) as begin_owner_id,
    coalesce(then_state.value_amount, ends.first_amount) as begin_amount,
    coalesce(end_state.owned_by_id, ends.last_owner_id) as end_owner_id,
    coalesce(end_state.value_amount, ends.last_amount) as end_amount,
    coalesce(end_state.amount, 0) as end_corporate_amount
from due
inner join ends on due.opportunity_id = ends.opportunity_id
left join versions as then_state
    on
        due.opportunity_id = then_state.opportunity_id
        and then_state.valid_from <= due.starts_at
        and then_state.ends_at > due.starts_at
left join versions as end_state
    on
        due.opportunity_id = end_state.opportunity_id
        and end_state.valid_from <= due.known_until
        and end_state.ends_at > due.known_until
