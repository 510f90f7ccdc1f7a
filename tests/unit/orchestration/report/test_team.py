"""A team's numbers are the sum of its sellers'. The company is in conftest.py."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestration.report.published import Quarter, open_published
from orchestration.report.team import TeamNumbers, paced, ratio, status, team_numbers, win_rate


def numbers(company: Any, manager_id: str | None) -> TeamNumbers:
    with open_published(company.file, "Europe/Berlin") as published:
        return team_numbers(published, manager_id)


def test_a_team_is_the_sum_of_its_sellers(company: Any) -> None:
    ann = numbers(company, "m1")
    assert {seller["owner_id"] for seller in ann.sellers} == {"r1", "r2"}
    assert ann.sums == {
        "bookings_amount": 3000,
        "goal_bookings_amount": 6000,
        "previous_bookings_amount": 4000,
        "pipeline_created_amount": Decimal("300.30"),
        "goal_pipeline_created_amount": 600,
        "previous_pipeline_created_amount": 300,
        "this_week_bookings_amount": 0,
        "open_pipeline_amount": 30_000,
        "quota_amount": 80_000,
        "closed_won_amount": 30_000,
        "due_open_amount": 40_000,
        "forecast_amount": 50_000,
        "activity_count": 23,
        "goal_activity_count": 24,
        "previous_activity_count": 18,
        "meeting_count": 3,
        "goal_meeting_count": 6,
        "won_count": 2,
        "lost_count": 1,
        "before_won_count": 0,
        "before_lost_count": 0,
        "exception_count": 4,
    }


@pytest.mark.parametrize("column", ["bookings_amount", "closed_won_amount", "forecast_amount", "activity_count"])
def test_the_top_is_the_sum_of_the_teams_and_so_is_the_company(company: Any, column: str) -> None:
    teams = [numbers(company, manager).sums[column] for manager in ("m1", "m2", "m3")]
    assert numbers(company, "u0").sums[column] == sum(Decimal(str(value)) for value in teams)
    assert numbers(company, None).sums[column] == numbers(company, "u0").sums[column]


def test_the_furthest_from_quota_come_first_and_who_has_none_last(company: Any) -> None:
    assert [s["owner_id"] for s in numbers(company, "u0").sellers] == ["r1", "r2", "r3", "r4", "r5", "r6"]


def test_a_seller_without_a_quota_is_named(company: Any) -> None:
    assert numbers(company, "u0").without_quota == ("Ruth Six",)


def test_somebody_who_left_stays_in_the_sum_as_long_as_there_is_a_number(company: Any) -> None:
    company.execute("update marts.dim_users set is_active = false where user_id = 'r1'")
    assert numbers(company, "m1").sums["bookings_amount"] == 3000


def test_somebody_who_left_with_nothing_is_not_listed(company: Any) -> None:
    company.execute("update marts.dim_users set is_active = false where user_id = 'r1'")
    for table in ("rpt_owner_kpis_weekly", "rpt_forecast_quarterly", "fct_opportunities", "fct_process_exceptions"):
        company.execute(f"delete from marts.{table} where owner_id = 'r1'")
    assert [seller["owner_id"] for seller in numbers(company, "m1").sellers] == ["r2"]


def test_a_loss_counts_in_the_quarter_in_which_it_happened_and_a_win_by_its_close_date(company: Any) -> None:
    company.execute(
        "update marts.fct_opportunities set closed_at = ?, close_date = ? where opportunity_id = 'lost1'",
        datetime(2026, 9, 30, 21, 59),  # a minute before the quarter begins in Berlin
        date(2026, 11, 1),
    )
    company.execute(
        "update marts.fct_opportunities set close_date = ? where opportunity_id = 'won1'", date(2026, 9, 30)
    )
    sums = numbers(company, "m1").sums
    assert (sums["won_count"], sums["lost_count"]) == (1, 0)
    assert (sums["before_won_count"], sums["before_lost_count"]) == (1, 1)


def test_a_new_company_has_lines_but_no_numbers(new_company: Any) -> None:
    new = numbers(new_company, "u0")
    assert len(new.sellers) == 6
    assert new.sums["bookings_amount"] is None
    assert new.sums["won_count"] == 0


@pytest.mark.parametrize(
    ("value", "base", "expected"), [(1, 4, 0.25), (1, 0, None), (1, -5, None), (None, 4, None), (1, None, None)]
)
def test_a_ratio_without_a_positive_base_is_nothing(
    value: int | None, base: int | None, expected: float | None
) -> None:
    assert ratio(value, base) == expected


def test_a_win_rate_without_closed_deals_is_nothing() -> None:
    assert win_rate(0, 0) is None
    assert win_rate(1, 3) == 0.25


@pytest.mark.parametrize(
    ("value", "goal", "expected"),
    [(100, 100, "on_track"), (90, 100, "at_risk"), (89, 100, "behind"), (5, None, "no_goal"), (5, 0, "no_goal")],
)
def test_the_status_tells_reached_close_and_behind(value: int, goal: int | None, expected: str) -> None:
    assert status(value, goal) == expected


def test_a_quota_is_due_evenly_over_the_quarter() -> None:
    quarter = Quarter("Q", date(2026, 10, 1), date(2026, 12, 31), 0.25)
    assert paced(Decimal(80_000), quarter) == Decimal("20000.00")
    assert paced(None, quarter) is None
