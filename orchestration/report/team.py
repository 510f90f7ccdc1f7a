"""A team's numbers: one line per seller, and the team as their sum. Rates are computed from the sums.

Every number of a team that a pack or the report shows is added up here from the sellers' own, so the headline,
the total and the lines cannot disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.delivery.pack import Number, Status
from orchestration.report.published import Published, Quarter, Row, money, total

DAY = timedelta(days=1)
AT_RISK_RATIO = 0.9  # from here to the goal a number is at risk, below it is behind

SELLERS = """
with members as (
    select user_id from marts.dim_users
    where cast($manager_id as varchar) is null
        or user_id in (select user_id from marts.dim_reporting_lines where manager_id = $manager_id)
),

closed as (
    select owner_id, is_won, is_lost, close_date, coalesce(closed_at, cast(close_date as timestamp)) as closed_at
    from marts.fct_opportunities
    where is_closed
),

last_week as (
    select * from marts.rpt_owner_kpis_weekly where week_start_date = $last_week
),

this_week as (
    select * from marts.rpt_owner_kpis_weekly where week_start_date = $this_week
),

quarter as (
    select * from marts.rpt_forecast_quarterly where fiscal_quarter_start_date = $quarter_start
),

outcomes as (
    select
        owner_id,
        sum(case when is_won and close_date between $quarter_start and $quarter_end then 1 else 0 end) as won_count,
        sum(case when is_lost and closed_at >= $quarter_from and closed_at < $quarter_to then 1 else 0 end)
            as lost_count,
        sum(case when is_won and close_date between $before_start and $before_end then 1 else 0 end)
            as before_won_count,
        sum(case when is_lost and closed_at >= $before_from and closed_at < $quarter_from then 1 else 0 end)
            as before_lost_count
    from closed
    group by owner_id
),

exceptions as (
    select owner_id, count(*) as exception_count
    from marts.fct_process_exceptions
    where status = 'open'
    group by owner_id
)

select
    users.user_id as owner_id,
    users.user_name as owner_name,
    users.manager_name,
    users.is_active and users.is_seller as is_active_seller,
    last_week.bookings_amount,
    last_week.goal_bookings_amount,
    last_week.previous_bookings_amount,
    last_week.pipeline_created_amount,
    last_week.goal_pipeline_created_amount,
    last_week.previous_pipeline_created_amount,
    last_week.activity_count,
    last_week.goal_activity_count,
    last_week.previous_activity_count,
    last_week.meeting_count,
    last_week.goal_meeting_count,
    this_week.bookings_amount as this_week_bookings_amount,
    coalesce(this_week.open_pipeline_amount, last_week.open_pipeline_amount) as open_pipeline_amount,
    quarter.quota_amount,
    quarter.closed_won_amount,
    quarter.open_amount as due_open_amount,
    quarter.forecast_amount,
    adherence.grave_free_rate,
    coalesce(outcomes.won_count, 0) as won_count,
    coalesce(outcomes.lost_count, 0) as lost_count,
    coalesce(outcomes.before_won_count, 0) as before_won_count,
    coalesce(outcomes.before_lost_count, 0) as before_lost_count,
    coalesce(exceptions.exception_count, 0) as exception_count
from members
inner join marts.dim_users as users on members.user_id = users.user_id
left join last_week on users.user_id = last_week.owner_id
left join this_week on users.user_id = this_week.owner_id
left join quarter on users.user_id = quarter.owner_id
left join marts.rpt_rep_process_adherence as adherence on users.user_id = adherence.owner_id
left join outcomes on users.user_id = outcomes.owner_id
left join exceptions on users.user_id = exceptions.owner_id
order by users.user_name, users.user_id
"""

AMOUNTS = (
    "bookings_amount",
    "goal_bookings_amount",
    "previous_bookings_amount",
    "pipeline_created_amount",
    "goal_pipeline_created_amount",
    "previous_pipeline_created_amount",
    "this_week_bookings_amount",
    "open_pipeline_amount",
    "quota_amount",
    "closed_won_amount",
    "due_open_amount",
    "forecast_amount",
)
COUNTS = (
    "activity_count",
    "goal_activity_count",
    "previous_activity_count",
    "meeting_count",
    "goal_meeting_count",
    "won_count",
    "lost_count",
    "before_won_count",
    "before_lost_count",
    "exception_count",
)


@dataclass(frozen=True, slots=True)
class TeamNumbers:
    """Sellers' lines (columns of SELLERS), and the sum of each amount and count; None where nobody has one."""

    sellers: tuple[Row, ...]
    sums: dict[str, Decimal | int | None]
    quarter: Quarter

    @property
    def without_quota(self) -> tuple[str, ...]:
        """Names of active sellers without a quota for the quarter."""
        return tuple(s["owner_name"] for s in self.sellers if s["is_active_seller"] and s["quota_amount"] is None)


def team_numbers(published: Published, manager_id: str | None = None) -> TeamNumbers:
    """The numbers of everybody below a manager: the last full week, this week and this fiscal quarter.

    Without a manager: of the whole company.
    """
    quarter = published.quarter()
    before = published.quarter(quarter.start - DAY)
    lines = published.rows(
        SELLERS,
        manager_id=manager_id,
        last_week=published.last_week,
        this_week=published.this_week,
        quarter_start=quarter.start,
        quarter_end=quarter.end,
        quarter_from=published.start_of(quarter.start),
        quarter_to=published.start_of(quarter.end + DAY),
        before_start=before.start,
        before_end=before.end,
        before_from=published.start_of(before.start),
    )
    exact = [_exact(line) for line in lines]
    return add_up(sorted(filter(_has_something, exact), key=_need), quarter)


def add_up(sellers: Sequence[Row], quarter: Quarter) -> TeamNumbers:
    """The team of these sellers."""
    sums: dict[str, Decimal | int | None] = {name: total(s[name] for s in sellers) for name in AMOUNTS}
    sums |= {name: _count(s[name] for s in sellers) for name in COUNTS}
    return TeamNumbers(tuple(sellers), sums, quarter)


def ratio(value: Number | None, base: Number | None) -> float | None:
    """value / base; None without either, and None (not infinity) for a base of zero or less."""
    if value is None or base is None or base <= 0:
        return None
    return float(value) / float(base)


def win_rate(won: Number | None, lost: Number | None) -> float | None:
    """W / (W + L); None if nothing closed."""
    wins, losses = float(won or 0), float(lost or 0)
    return ratio(wins, wins + losses)


def status(value: Number | None, goal: Number | None) -> Status:
    """How a value stands to its goal: reached, within a tenth, or behind."""
    attained = ratio(value, goal)
    if attained is None:
        return "no_goal"
    return "on_track" if attained >= 1 else "at_risk" if attained >= AT_RISK_RATIO else "behind"


def paced(goal: Number | None, quarter: Quarter) -> Decimal | None:
    """The part of a quarter's goal that is due by now, if it came in evenly."""
    return None if goal is None else money(float(goal) * quarter.elapsed_ratio)


def _need(line: Row) -> tuple[float, str, str]:
    """Sorts who is furthest from the quota first, and who has none last."""
    attained = ratio(line["closed_won_amount"] or 0, line["quota_amount"])
    return (float("inf") if attained is None else attained, line["owner_name"], line["owner_id"])


def _exact(line: Row) -> dict[str, Any]:
    return {name: money(value) if name in AMOUNTS else value for name, value in line.items()}


def _count(values: Iterable[Any]) -> Decimal | int | None:
    """The sum of what is known; goals may have fractions."""
    known = [Decimal(str(value)) for value in values if value is not None]
    summed = sum(known, Decimal(0))
    return None if not known else int(summed) if summed == int(summed) else summed


def _has_something(line: Row) -> bool:
    """Active sellers always have a line; anybody else only if there is a number on it."""
    return bool(line["is_active_seller"]) or any(line[name] for name in (*AMOUNTS, *COUNTS))
