"""Customer cohorts, pay, ranges of forecasts and what finance has booked, against what the simulated company says.

The company counts in plain Python from its own list of events, as of the same instant, and never saw a model.
"""

import csv
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.truth import pay
from connectors.sandbox.simulate.truth.known import Known
from tests.support.commands import ROOT
from tests.support.telling import EXACT, rows_of

pytestmark = pytest.mark.xdist_group("main_job")

Row = dict[str, Any]
CENT = 0.01 + EXACT
COHORT = (
    "age_quarters",
    "customer_count",
    "kept_count",
    "start_amount",
    "retained_amount",
    "end_amount",
    "logo_retention_rate",
    "gross_retention_rate",
    "net_retention_ratio",
)
PAY = (
    "quota_amount",
    "attainment_ratio",
    "tier_number",
    "earned_amount",
    "payout_ratio",
    "estimated_pay_amount",
)
RANGE = ("forecast_amount", "p10_amount", "p50_amount", "p90_amount", "actual_amount")
HELD = ("quarter_count", *(f"{name}_pinball_amount" for name in ("p10", "p50", "p90")), "pinball_amount")
HELD += ("pinball_ratio", "coverage_rate", "average_width_amount")
OWN_NAMES = {"forecast_kind": "forecast", "week_number": "week"}
RECONCILED = {
    "crm_bookings_amount": "crm_amount",
    "finance_bookings_amount": "finance_amount",
    "difference_amount": "difference_amount",
    "crm_only_amount": "crm_only_amount",
    "finance_only_amount": "finance_only_amount",
    "crm_deal_count": "deal_count",
    "finance_booking_count": "booking_count",
}


def _seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _differ(ours: Row, theirs: Row, names: dict[str, str], tolerance: float = EXACT) -> list[object]:
    return [
        (mine, ours[mine], theirs[true])
        for mine, true in names.items()
        if abs(float(ours[mine] or 0) - float(theirs[true] or 0)) > tolerance
    ]


def test_the_cohorts_of_customers_are_left_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known
) -> None:
    rows = rows_of(published, "select * from marts.rpt_customer_cohorts")
    told = {(row["cohort_start_date"], row["period_start_date"]): row for row in rows}
    truth = {(row["cohort_start"], row["period_start"]): row for row in known.customer_cohorts()}
    assert told.keys() == truth.keys()
    assert {
        key: found for key in told if (found := _differ(told[key], truth[key], {name: name for name in COHORT}))
    } == {}
    assert any(row["logo_retention_rate"] < 1 for row in rows)


def test_the_pay_of_sellers_is_what_the_company_makes_of_its_plan(
    published: duckdb.DuckDBPyConnection, known: Known
) -> None:
    """Of people without a quota the marts hold up the goals of a seed instead, which the company does not know."""
    told = {
        (row["owner_id"], row["period_start_date"]): row
        for row in rows_of(published, "select * from marts.rpt_variable_pay_estimates")
    }
    truth = {(row["owner_id"], row["period_start"]): row for row in known.pay()}
    assert truth.keys() <= told.keys()
    assert {float(told[key]["credited_bookings_amount"]) for key in told.keys() - truth.keys()} <= {0.0}
    for key, row in truth.items():
        assert float(told[key]["credited_bookings_amount"]) == row["credited_bookings_amount"], key
        assert told[key]["gate_result"] == row["gate_result"], (key, told[key]["explanation"])
        if row["quota_amount"]:
            assert _differ(told[key], row, {name: name for name in PAY}, CENT) == [], (key, told[key]["explanation"])
    asked = [row for row in truth.values() if row["quota_amount"]]
    assert {row["gate_result"] for row in asked} >= {"passed", "missed"}
    assert {row["tier_number"] for row in asked} == {1, 2, 3}


def test_the_plan_of_the_company_is_that_of_the_seeds() -> None:
    tiers = _seed("pay_plan_tiers")
    assert (
        tuple((float(row["from_attainment_ratio"]), float(row["rate"]), float(row["accelerator"])) for row in tiers)
        == pay.TIERS
    )
    gates = _seed("pay_plan_gates")
    assert {
        row["behaviour"]: (float(row["least_rate"]), float(row["missed_payout_ratio"])) for row in gates
    } == pay.GATES


@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_deals_and_finance_differ_as_the_company_says(
    published: duckdb.DuckDBPyConnection, company: Company, known: Known, now: datetime, kind: str
) -> None:
    """Finance's list was made a day before the deals were read."""
    listed = company.known(now - timedelta(days=1)).bookings()
    rows = rows_of(published, f"select * from marts.rpt_finance_reconciliation where period_kind = '{kind}'")
    told = {(row["period_start_date"], row["account_id"], row["account_name"]): row for row in rows}
    truth = {
        (row["period_start"], row["account_id"], row["account_name"]): row for row in known.reconciliation(kind, listed)
    }
    assert told.keys() == truth.keys()
    assert {key: found for key in told if (found := _differ(told[key], truth[key], RECONCILED, CENT))} == {}
    for name in RECONCILED:
        assert sum(bool(row[name]) for row in rows) > 2, name


@pytest.mark.parametrize("scope", ["company", "team"])
def test_the_ranges_of_forecasts_and_how_they_held_are_those_of_the_company(
    published: duckdb.DuckDBPyConnection, known: Known, scope: str
) -> None:
    """Each quarter's range rests on the quarters before it, as far as it is known whose the deals were."""
    ((since,),) = published.execute(
        f"select min(snapshot_date) from marts.rpt_forecast_rollups where scope_kind = '{scope}'"
    ).fetchall()
    truth = known.forecasts(scope, since)
    rows = rows_of(
        published,
        "select *, fiscal_quarter_start_date as period_start from marts.rpt_forecast_rollup_ranges "
        f"where scope_kind = '{scope}'",
    )
    of_quarter = ("scope_id", "forecast_kind", "week_number", "period_start")
    _same(rows, truth["ranges"], of_quarter, ("earlier_quarter_count", *RANGE))
    assert {row["is_complete"] for row in rows} == {True, False}
    held = rows_of(published, f"select * from marts.rpt_forecast_range_accuracy where scope_kind = '{scope}'")
    _same(held, truth["range_accuracy"], of_quarter[:3], HELD)
    assert len({row["coverage_rate"] for row in held}) > 2


def _same(rows: list[Row], truth: list[Row], names: tuple[str, ...], figures: tuple[str, ...]) -> None:
    """The same keys, and the figures to the cent; what the marts call a kind and number the company calls by name."""
    told = {tuple(row[name] for name in names): row for row in rows}
    truth = [{**row, "scope_id": row["scope_id"] or "company"} for row in truth]
    expected = {tuple(row[OWN_NAMES.get(name, name)] for name in names): row for row in truth}
    assert told.keys() == expected.keys()
    for key, row in told.items():
        for name in figures:
            assert float(row[name] or 0) == pytest.approx(float(expected[key][name] or 0), abs=CENT), (key, name)
    assert len(told) > 50
