"""The headline figures of a team or of the company, with their goals and with what each is made of."""

from decimal import Decimal

from connectors.delivery import display
from connectors.delivery.pack import Figure, Number
from orchestration.report.published import Published, money
from orchestration.report.team import TeamNumbers, paced, ratio, status, win_rate

OPEN_EXCEPTIONS = """
with open_exceptions as (
    select record_object, record_id, opportunity_id, at_risk_amount
    from marts.fct_process_exceptions
    where
        status = 'open'
        and (
            cast($manager_id as varchar) is null
            or owner_id in (select user_id from marts.dim_reporting_lines where manager_id = $manager_id)
        )
),

deals as (
    select opportunity_id, max(at_risk_amount) as at_risk_amount
    from open_exceptions
    where opportunity_id is not null
    group by opportunity_id
)

select
    (select count(*) from open_exceptions) as exception_count,
    (select count(distinct (record_object, record_id)) from open_exceptions) as record_count,
    (select sum(at_risk_amount) from deals) as at_risk_amount
"""

IS_WITHIN_THE_QUARTER = """
select coalesce(bool_or(forecast_method like '%won within the quarter%'), false) as is_within
from marts.rpt_forecast_quarterly
where is_current_quarter
"""
HOW_COUNTED = {
    True: "the share of such deals that were won before the quarter's end",
    False: "the share of such deals that were ever won, as if none slipped into the next",
}


def headline(published: Published, numbers: TeamNumbers, manager_id: str | None = None) -> tuple[Figure, ...]:
    """The figures in the order in which a review reads them. `numbers` are those of the same manager."""
    return (
        *_results(numbers, _forecast_note(published)),
        *_pipeline(numbers),
        *_work(numbers),
        *_process(published, manager_id),
    )


def _forecast_note(published: Published) -> str:
    counted = HOW_COUNTED[bool(published.one(IS_WITHIN_THE_QUARTER)["is_within"])]
    return (
        f"Booked, and open deals due this quarter, each counted at {counted}. Not counted: deals still to be "
        "created, due later or overdue from before."
    )


def _results(numbers: TeamNumbers, forecast_note: str) -> tuple[Figure, ...]:
    sums, quarter = numbers.sums, numbers.quarter
    booked, quota = sums["closed_won_amount"], sums["quota_amount"]
    due = paced(quota, quarter)
    elapsed = display.number(quarter.elapsed_ratio, "rate")
    return (
        Figure(
            "Bookings last week",
            sums["bookings_amount"] or Decimal(0),
            "money",
            goal=sums["goal_bookings_amount"],
            previous=sums["previous_bookings_amount"],
            status=status(sums["bookings_amount"] or 0, sums["goal_bookings_amount"]),
            note="Won, by close date, in the last full week; before: the week before it.",
        ),
        Figure(
            f"Bookings {quarter.label} to date",
            booked or Decimal(0),
            "money",
            goal=quota,
            status=status(booked or 0, due),
            note=f"Against quota. {elapsed} of the quarter is over: {_money(due)} were due by now at an even pace.",
        ),
        Figure(
            f"Forecast {quarter.label}",
            sums["forecast_amount"],
            "money",
            goal=quota,
            status=status(sums["forecast_amount"], quota),
            note=forecast_note,
        ),
    )


def _pipeline(numbers: TeamNumbers) -> tuple[Figure, ...]:
    sums = numbers.sums
    remaining = _remaining(sums["quota_amount"], sums["closed_won_amount"])
    due = sums["due_open_amount"]
    if remaining is not None and remaining <= 0:
        coverage_note = "The quota is reached: nothing remains to be covered."
    else:
        coverage_note = f"Open and due this quarter ({_money(due)}) ÷ quota still to be booked ({_money(remaining)})."
    return (
        Figure(
            "Open pipeline",
            sums["open_pipeline_amount"] or Decimal(0),
            "money",
            note="All open deals, whenever they are due.",
        ),
        Figure("Coverage of what remains", ratio(due, remaining), "ratio", note=coverage_note),
        Figure(
            "Pipeline created last week",
            sums["pipeline_created_amount"] or Decimal(0),
            "money",
            goal=sums["goal_pipeline_created_amount"],
            previous=sums["previous_pipeline_created_amount"],
            status=status(sums["pipeline_created_amount"] or 0, sums["goal_pipeline_created_amount"]),
            note="Amount of the deals that entered the pipeline.",
        ),
    )


def _work(numbers: TeamNumbers) -> tuple[Figure, ...]:
    sums = numbers.sums
    won, lost = sums["won_count"] or 0, sums["lost_count"] or 0
    return (
        Figure(
            "Activities last week",
            sums["activity_count"] or 0,
            "count",
            goal=sums["goal_activity_count"],
            previous=sums["previous_activity_count"],
            status=status(sums["activity_count"] or 0, sums["goal_activity_count"]),
            note="Completed tasks and events held.",
        ),
        Figure(
            "Meetings last week",
            sums["meeting_count"] or 0,
            "count",
            goal=sums["goal_meeting_count"],
            status=status(sums["meeting_count"] or 0, sums["goal_meeting_count"]),
            note="Meetings held, of the activities above.",
        ),
        Figure(
            f"Win rate {numbers.quarter.label}",
            win_rate(won, lost),
            "rate",
            previous=win_rate(sums["before_won_count"], sums["before_lost_count"]),
            note=f"{won} won ÷ {won + lost} closed in the quarter, by count; before: the quarter before.",
        ),
    )


def _process(published: Published, manager_id: str | None) -> tuple[Figure, ...]:
    found = published.one(OPEN_EXCEPTIONS, manager_id=manager_id)
    at_risk = money(found["at_risk_amount"]) or Decimal(0)
    return (
        Figure(
            "Open process exceptions",
            found["exception_count"],
            "count",
            note=(
                f"On {found['record_count']:,} records. {_money(at_risk)} at risk: open deals concerned, each counted "
                "once."
            ),
        ),
    )


def _remaining(quota: Number | None, booked: Number | None) -> Decimal | None:
    return None if quota is None else Decimal(str(quota)) - Decimal(str(booked or 0))


def _money(value: Number | None) -> str:
    return display.headline(value, "money")
