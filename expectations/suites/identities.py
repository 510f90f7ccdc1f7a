"""Identities of the marts suite: numbers that are one number, told twice.

Money may differ by half a cent, which is what rounding leaves between two ways of adding up.
"""

from collections.abc import Iterable
from itertools import chain

from expectations.check import Check, Fact, NoRows
from expectations.verdict import Severity

SUITE = "marts"
SCHEMA = "marts"

# Weekly measures of an owner that add up to the team's.
ADDITIVE = (
    "bookings_amount",
    "won_count",
    "lost_count",
    "created_count",
    "pipeline_created_amount",
    "activity_count",
    "meeting_count",
    "open_pipeline_amount",
    "open_pipeline_count",
)

# Half a cent: what rounding to cents may leave between two ways of adding up.
CENT = 0.005


def checks() -> Iterable[Check]:
    """All identities."""
    return chain(_opportunities(), _history(), _pipeline(), _weekly(), _forecast(), _ledger())


def mart_check(table: str, name: str, severity: Severity, description: str, fact: Fact | str, *needs: str) -> Check:
    """A check of the marts suite; a plain string is a query that returns what fails."""
    judged = NoRows(fact) if isinstance(fact, str) else fact
    return Check(SUITE, name, f"{SCHEMA}.{table}", severity, description, judged, needs)


def _opportunities() -> Iterable[Check]:
    table = "fct_opportunities"
    columns = "opportunity_id, opportunity_name, stage_name, is_open, is_closed, is_won, is_lost"
    shown = f"select {columns} from subject"
    yield mart_check(
        table,
        "opportunities_are_either_open_or_closed",
        "error",
        "Open and closed add up to all.",
        f"{shown} where is_open is null or is_closed is null or is_open = is_closed",
    )
    yield mart_check(
        table,
        "closed_opportunities_are_either_won_or_lost",
        "error",
        "Won and lost add up to closed.",
        f"{shown} where is_closed and (is_won is null or is_lost is null or is_won = is_lost)",
    )
    yield mart_check(
        table,
        "won_opportunities_are_closed",
        "error",
        "Nothing is won while it is open.",
        f"{shown} where is_won and is_closed is not true",
    )
    yield mart_check(
        table,
        "weighted_amount_is_amount_times_probability",
        "error",
        "The weighted amount is the amount times the probability.",
        """
            select opportunity_id, opportunity_name, amount, probability_rate, weighted_amount from subject
            where abs(coalesce(weighted_amount, 0) - coalesce(amount * probability_rate, 0)) > 0.01
        """,
    )
    yield mart_check(
        table,
        "loaded_opportunities_are_all_accounted_for",
        "error",
        "Each loaded opportunity is a fact or a deletion.",
        """
            select record.id, record.name, record.stage_name, record.amount
            from raw_salesforce.opportunity as record
            where not exists (select 1 from subject where opportunity_id = record.id)
                and not exists (
                    select 1 from marts.fct_opportunity_deletions as deletion
                    where deletion.opportunity_id = record.id
                )
        """,
        "raw_salesforce.opportunity",
        "marts.fct_opportunity_deletions",
    )


def _history() -> Iterable[Check]:
    yield mart_check(
        "dim_dates",
        "calendar_has_no_gap",
        "error",
        "Every day between the first and the last is there.",
        """
            select min(date_day) as first_date, max(date_day) as last_date,
                count(distinct date_day) as day_count
            from subject
            having count(distinct date_day) <> date_diff('day', min(date_day), max(date_day)) + 1
        """,
    )
    yield mart_check(
        "fct_opportunity_stage_spells",
        "stages_end_after_they_begin",
        "error",
        "No stage is left before it is entered.",
        "select opportunity_id, spell_number, stage_name, entered_at, exited_at from subject "
        "where exited_at < entered_at",
    )
    yield mart_check(
        "fct_opportunity_stage_spells",
        "opportunities_have_one_current_stage",
        "warning",
        "An opportunity is in one stage at a time.",
        "select opportunity_id, count(*) as current_count from subject where is_current "
        "group by opportunity_id having count(*) > 1",
    )
    yield mart_check(
        "fct_pipeline_daily",
        "last_day_equals_the_open_opportunities",
        "error",
        "The pipeline of the last day is what is open now, per owner, process and stage.",
        f"""
            with daily as (
                select owner_id, sales_process, stage_name,
                    sum(open_count) as daily_count, coalesce(sum(open_amount), 0) as daily_amount
                from subject where snapshot_date = (select max(snapshot_date) from subject)
                group by owner_id, sales_process, stage_name
            ),
            now_open as (
                select owner_id, sales_process, stage_name,
                    count(*) as open_count, coalesce(sum(amount), 0) as open_amount
                from marts.fct_opportunities where is_open
                group by owner_id, sales_process, stage_name
            )
            select coalesce(daily.owner_id, now_open.owner_id) as owner_id,
                coalesce(daily.sales_process, now_open.sales_process) as sales_process,
                coalesce(daily.stage_name, now_open.stage_name) as stage_name,
                daily_count, open_count, daily_amount, open_amount
            from daily full outer join now_open
                on daily.owner_id is not distinct from now_open.owner_id
                and daily.sales_process is not distinct from now_open.sales_process
                and daily.stage_name is not distinct from now_open.stage_name
            where coalesce(daily_count, 0) <> coalesce(open_count, 0)
                or abs(coalesce(daily_amount, 0) - coalesce(open_amount, 0)) > {CENT}
        """,
        "marts.fct_opportunities",
    )


def _pipeline() -> Iterable[Check]:
    came_in = ("opening", "created", "pulled_in", "reopened", "increased", "transferred_in")
    went_out = ("decreased", "won", "lost", "pushed_out", "moved_earlier", "deleted", "transferred_out", "closing")
    balance = " + ".join(f"{leg}_amount" for leg in came_in) + "".join(f" - {leg}_amount" for leg in went_out)
    yield mart_check(
        "rpt_pipeline_waterfall",
        "pipeline_closes_to_the_cent",
        "error",
        "Opening, plus what came in, less what went out, is the closing.",
        f"""
            select scope_kind, scope_id, period_kind, period_start_date, {balance} as difference from subject
            where unknown_reason is null and abs(coalesce({balance}, 1)) > {CENT}
        """,
    )
    yield mart_check(
        "fct_kpis",
        "kpis_of_sellers_equal_the_won_opportunities",
        "error",
        "A seller's bookings of a week are the amounts of what the seller won with a close date in it.",
        f"""
            with won as ({WON_BY_WEEK})
            select kpi.scope_id, kpi.period_start_date, kpi.actual, won.won_amount
            from subject as kpi
            left join won on won.owner_id = kpi.scope_id and won.week_start_date = kpi.period_start_date
            where kpi.scope_kind = 'owner' and kpi.metric = 'bookings_amount' and kpi.period_kind = 'week'
                and abs(coalesce(kpi.actual, 0) - coalesce(won.won_amount, 0)) > {CENT}
        """,
        "marts.fct_opportunities",
    )


WON_BY_WEEK = """
    select owner_id, cast(date_trunc('week', close_date) as date) as week_start_date,
        count(*) as won_count, coalesce(sum(amount), 0) as won_amount
    from marts.fct_opportunities where is_won
    group by owner_id, cast(date_trunc('week', close_date) as date)
"""


def _weekly() -> Iterable[Check]:
    owners, teams = "rpt_owner_kpis_weekly", "rpt_team_kpis_weekly"
    for table in (owners, teams):
        yield mart_check(
            table,
            "weeks_start_on_a_monday",
            "error",
            "Weeks are cut on Mondays.",
            "select week_start_date, count(*) as row_count from subject where isodow(week_start_date) <> 1 "
            "group by week_start_date",
        )
    yield mart_check(
        owners,
        "bookings_equal_the_won_opportunities",
        "error",
        "A week's bookings are the amounts of what the owner won with a close date in it.",
        f"""
            with won as ({WON_BY_WEEK})
            select week.owner_id, week.owner_name, week.week_start_date, week.bookings_amount, won.won_amount
            from subject as week
            left join won on won.owner_id = week.owner_id and won.week_start_date = week.week_start_date
            where abs(coalesce(week.bookings_amount, 0) - coalesce(won.won_amount, 0)) > {CENT}
            order by abs(coalesce(week.bookings_amount, 0) - coalesce(won.won_amount, 0)) desc
        """,
        "marts.fct_opportunities",
    )
    yield mart_check(
        owners,
        "won_opportunities_are_in_the_weekly_report",
        "warning",
        "Within the weeks covered every win is in its owner's row.",
        f"""
            with won as ({WON_BY_WEEK})
            select won.owner_id, won.week_start_date, won.won_count, won.won_amount
            from won
            where won.week_start_date between
                    (select min(week_start_date) from subject) and (select max(week_start_date) from subject)
                and not exists (
                    select 1 from subject as week
                    where week.owner_id = won.owner_id and week.week_start_date = won.week_start_date
                )
            order by won.won_amount desc
        """,
        "marts.fct_opportunities",
    )
    yield mart_check(
        teams,
        "team_equals_the_sum_of_its_people",
        "error",
        "A team's week is the sum over everyone in the manager's reporting line.",
        _team_differs(),
        f"{SCHEMA}.{owners}",
        "marts.dim_reporting_lines",
    )


def _team_differs() -> str:
    sums = ", ".join(f"sum(week.{measure}) as {measure}" for measure in ADDITIVE)
    shown = ", ".join(f"team.{measure}, people.{measure} as people_{measure}" for measure in ADDITIVE)
    differs = " or ".join(
        f"abs(coalesce(team.{measure}, 0) - coalesce(people.{measure}, 0)) > {CENT}" for measure in ADDITIVE
    )
    return f"""
        with people as (
            select line.manager_id, week.week_start_date, {sums}
            from marts.rpt_owner_kpis_weekly as week
            inner join marts.dim_reporting_lines as line on line.user_id = week.owner_id
            group by line.manager_id, week.week_start_date
        )
        select team.manager_id, team.week_start_date, {shown}
        from subject as team
        left join people
            on people.manager_id = team.manager_id and people.week_start_date = team.week_start_date
        where {differs}
        order by team.week_start_date desc
    """


def _forecast() -> Iterable[Check]:
    table = "rpt_forecast_quarterly"
    shown = "select owner_id, owner_name, fiscal_quarter_label, forecast_amount"
    yield mart_check(
        table,
        "forecast_is_closed_plus_expected",
        "error",
        "The forecast is what is won plus what is expected of the open deals.",
        f"""
            {shown}, closed_won_amount, expected_open_amount from subject
            where abs(coalesce(forecast_amount, 0) - coalesce(closed_won_amount, 0)
                - coalesce(expected_open_amount, 0)) > {CENT}
        """,
    )
    yield mart_check(
        table,
        "gap_is_quota_minus_forecast",
        "error",
        "The gap is what the forecast leaves of the quota.",
        f"""
            {shown}, quota_amount, gap_amount from subject
            where abs(quota_amount - coalesce(forecast_amount, 0) - gap_amount) > {CENT}
                or (quota_amount is not null and gap_amount is null)
        """,
    )
    yield mart_check(
        table,
        "expected_equals_the_forecast_deals",
        "error",
        "What is expected of the open deals is what the forecast's deals add up to, per owner and quarter.",
        f"""
            with deals as (
                select owner_id, fiscal_quarter_start_date, coalesce(sum(expected_amount), 0) as deals_amount
                from marts.fct_forecast_deals
                where owner_id in (select user_id from marts.dim_users)
                group by owner_id, fiscal_quarter_start_date
            )
            select coalesce(forecast.owner_id, deals.owner_id) as owner_id, forecast.owner_name,
                coalesce(forecast.fiscal_quarter_start_date, deals.fiscal_quarter_start_date)
                    as fiscal_quarter_start_date,
                forecast.expected_open_amount, deals.deals_amount
            from subject as forecast
            full outer join deals on deals.owner_id = forecast.owner_id
                and deals.fiscal_quarter_start_date = forecast.fiscal_quarter_start_date
            where abs(coalesce(forecast.expected_open_amount, 0) - coalesce(deals.deals_amount, 0)) > {CENT}
        """,
        "marts.fct_forecast_deals",
        "marts.dim_users",
    )
    yield mart_check(
        table,
        "closed_won_equals_the_won_opportunities",
        "error",
        "What is won in a quarter is what the opportunities say.",
        f"""
            with won as (
                select owner_id, fiscal_quarter_start_date, coalesce(sum(amount), 0) as won_amount
                from marts.fct_opportunities where is_won group by owner_id, fiscal_quarter_start_date
            )
            select forecast.owner_id, forecast.owner_name, forecast.fiscal_quarter_label,
                forecast.closed_won_amount, won.won_amount
            from subject as forecast
            left join won on won.owner_id = forecast.owner_id
                and won.fiscal_quarter_start_date = forecast.fiscal_quarter_start_date
            where abs(coalesce(forecast.closed_won_amount, 0) - coalesce(won.won_amount, 0)) > {CENT}
        """,
        "marts.fct_opportunities",
    )


def _ledger() -> Iterable[Check]:
    table = "fct_process_exceptions"
    columns = "exception_id, rule_id, record_name, status, first_seen_at, last_seen_at, resolved_at"
    shown = f"select {columns} from subject"
    yield mart_check(
        table,
        "resolved_exceptions_have_a_date",
        "error",
        "An exception has a date of resolution if, and only if, it is resolved.",
        f"{shown} where (status = 'resolved' and resolved_at is null) or (status = 'open' and resolved_at is not null)",
    )
    yield mart_check(
        table,
        "exceptions_are_first_seen_before_last_seen",
        "error",
        "No exception was last seen before it was first seen.",
        f"{shown} where first_seen_at is null or last_seen_at is null or last_seen_at < first_seen_at",
    )
    yield mart_check(
        table,
        "exceptions_belong_to_a_known_rule",
        "error",
        "Every exception's rule is in dim_process_rules.",
        """
            select exception_id, rule_id, record_name from subject
            where rule_id not in (select rule_id from marts.dim_process_rules where rule_id is not null)
                or rule_id is null
        """,
        "marts.dim_process_rules",
    )
    yield mart_check(
        "rpt_review_calendar",
        "reviews_lie_ahead",
        "warning",
        "The calendar shows the reviews of the next 14 days.",
        """
            select manager_id, review_name, starts_at from subject
            where starts_at < (select cast(max(cursor_at) as date) from ops.sync_state) - interval 1 day
                or starts_at > (select cast(max(cursor_at) as date) from ops.sync_state) + interval 16 day
            order by starts_at
        """,
        "ops.sync_state",
    )
