"""Headline figures against values added up by hand. The company is in conftest.py."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.delivery.pack import Figure
from orchestration.report.headline import headline
from orchestration.report.published import open_published
from orchestration.report.team import team_numbers
from tests.support.made_company.deals import logged_late


def figures(company: Any, manager_id: str | None = "m1") -> dict[str, Figure]:
    with open_published(company.file, "Europe/Berlin") as published:
        found = headline(published, team_numbers(published, manager_id), manager_id)
    return {figure.label: figure for figure in found}


@pytest.mark.parametrize(
    ("label", "value", "goal", "previous", "status"),
    [
        ("Bookings last week", 3000, 6000, 4000, "behind"),
        ("Bookings FY2026-Q4 to date", 30_000, 80_000, None, "behind"),
        ("Forecast FY2026-Q4", 50_000, 80_000, None, "behind"),
        ("Open pipeline", 30_000, None, None, "no_goal"),
        ("Coverage of what remains", 40_000 / 50_000, None, None, "no_goal"),
        ("Pipeline created last week", Decimal("300.30"), 600, 300, "behind"),
        ("Activities last week", 23, 24, 18, "at_risk"),
        ("Meetings last week", 3, 6, None, "behind"),
        ("Win rate FY2026-Q4", pytest.approx(2 / 3), None, None, "no_goal"),
        ("Open process exceptions", 4, None, None, "no_goal"),
    ],
)
def test_the_figures_of_a_team_are_as_added_up_by_hand(
    company: Any, label: str, value: Any, goal: Any, previous: Any, status: str
) -> None:
    figure = figures(company)[label]
    assert (figure.value, figure.goal, figure.previous, figure.status) == (value, goal, previous, status)


def test_bookings_to_date_are_judged_by_what_was_due_by_now(company: Any) -> None:
    # 54 of 92 days are over: 46,957 of 80,000 were due. Bob's team has 70,000, below quota and above that.
    figure = figures(company, "m2")["Bookings FY2026-Q4 to date"]
    assert (figure.value, figure.status) == (70_000, "on_track")
    assert "47\u202fK were due" in figure.note


def test_coverage_is_nothing_when_the_quota_is_reached(company: Any) -> None:
    figure = figures(company, "m3")["Coverage of what remains"]
    assert figure.value is None
    assert "quota is reached" in figure.note


def test_the_forecast_says_what_it_counts_and_what_it_leaves_out(company: Any) -> None:
    note = figures(company)["Forecast FY2026-Q4"].note
    assert "ever won, as if none slipped" in note
    assert "Not counted: deals still to be created" in note

    company.execute("update marts.rpt_forecast_quarterly set forecast_method = 'deals won within the quarter'")
    assert "won before the quarter's end" in figures(company)["Forecast FY2026-Q4"].note


def test_what_is_at_risk_counts_each_deal_once(company: Any) -> None:
    for task in ("one", "two"):
        company.insert("marts.fct_process_exceptions", **logged_late(task))
    note = figures(company)["Open process exceptions"].note
    assert note == "On 4 records. 30\u202fK at risk: open deals concerned, each counted once."


def test_what_is_of_no_one_deal_is_no_amount_at_risk(company: Any) -> None:
    habit = {"record_object": "User", "opportunity_id": None, "at_risk_amount": 900_000}
    company.insert("marts.fct_process_exceptions", **{**logged_late("one"), **habit})
    assert "On 3 records. 30\u202fK at risk" in figures(company)["Open process exceptions"].note


def test_a_new_company_has_zeros_where_nothing_happened_and_nothing_where_nothing_is_known(new_company: Any) -> None:
    new = figures(new_company, None)
    assert new["Bookings last week"].value == 0
    assert new["Win rate FY2026-Q4"].value is None
    assert new["Forecast FY2026-Q4"].value is None
    assert {figure.status for figure in new.values()} == {"no_goal"}
