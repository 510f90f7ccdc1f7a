"""Retention, velocity, forecasts, sellers, touches and credits against what the simulated company says of them.

The company counts in plain Python from its own list of events, as of the same instant, and never saw a model.
"""

import csv
from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb
import pytest

from connectors.sandbox.simulate.truth import retention
from connectors.sandbox.simulate.truth.capacity import RAMP_PLAN
from connectors.sandbox.simulate.truth.known import Known
from connectors.sandbox.simulate.truth.rollups import FORECASTS
from tests.support.commands import ROOT
from tests.support.telling import EXACT, Figures, differences, keyed, rows_of, same, sort_out

pytestmark = pytest.mark.xdist_group("main_job")

Row = dict[str, Any]
SCOPES = {"company": "company", "team": "team", "owner": "rep"}  # as the marts and as the company call them
CENT = 0.01 + EXACT
SECONDS = 2e-5  # days: the company's now is whole seconds old
RETENTION_COUNTS = (*retention.COUNTS, *(f"{name}_amount" for name in retention.AMOUNTS))
RETENTION_RATES = (
    "renewal_rate",
    "decided_renewal_rate",
    "renewal_value_rate",
    "gross_retention_rate",
    "net_retention_ratio",
    "logo_retention_rate",
)
VELOCITY = ("open_qualified_count", "won_count", "lost_count", "win_rate", "average_deal_amount", "cycle_days")
TOUCHES = (
    "open_count",
    "never_touched_count",
    "average_contact_count",
    "multi_threaded_count",
    "multi_threaded_rate",
    *(f"touched_{days}_days_{what}" for days in (7, 14, 30) for what in ("count", "rate")),
)
ROLLUP = tuple(f"{name}_amount" for name in (*FORECASTS, "open_pipeline", "omitted", "actual", "previous_actual"))
HITS = {"commit_count": "commit_count", "commit_amount": "commit_open_amount", "won_count": "commit_won_count"}
HITS |= {"won_amount": "commit_won_amount", "hit_rate": "hit_rate", "hit_value_rate": "hit_value_rate"}
ERRORS = ("actual_amount", "error_amount", "absolute_error_amount", "quarter_count")
RATIOS = ("wape_ratio", "bias_ratio", "mase_ratio", "seller_wape_ratio")
MONTH = ("quota_amount", "bookings_amount", "attainment_ratio", "tenure_months", "ramp_factor", "capacity_amount")
STALLS = (
    "open_count",
    "open_amount",
    "stalled_count",
    "stalled_amount",
    "too_long_in_stage_count",
    "idle_count",
    "stalled_rate",
    "stalled_value_rate",
)
SLIPS = {name: name for name in ("due_count", "due_amount", "created_due_count", "created_slipped_count")}
SLIPS |= {"slipped_count": "slipped_out_count", "slipped_amount": "slipped_out_amount"}
SLIPS |= {name: name for name in ("slip_rate_with_created", "slip_value_rate_with_created", "push_count", "push_days")}


def whole(rows: Iterable[Row]) -> list[Row]:
    """The rows with what is known where some of their figures are not."""
    return [{**row, "unknown_reason": None} for row in rows]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_customers_are_kept_and_renewed_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known, kind: str, scope: str
) -> None:
    rows = rows_of(
        published,
        f"select * from marts.rpt_customer_retention where period_kind = '{kind}' and scope_kind = '{scope}'",
    )
    truth = keyed(known.retention(kind, SCOPES[scope]))
    told = sort_out(whole(rows))
    assert differences(told, truth, same(RETENTION_COUNTS)) == []
    assert told.compared(same(RETENTION_COUNTS)) > 30
    rated = sort_out(rows)
    assert differences(rated, truth, same(RETENTION_RATES)) == []
    assert rated.compared(same(RETENTION_RATES)) > 5


def test_every_contract_came_to_what_the_company_says(published: duckdb.DuckDBPyConnection, known: Known) -> None:
    rows = rows_of(published, "select * from marts.fct_renewals")
    told = {
        (row["is_contract_known"], row["renewal_case_id"].removeprefix("unknown-")): (
            row["due_date"],
            row["outcome"],
            row["end_date"],
            None if row["contract_amount"] is None else float(row["contract_amount"]),
        )
        for row in rows
    }
    columns = ("due", "outcome", "ended", "amount")
    assert told == {
        (row["is_known"], row["key"]): tuple(row[name] for name in columns) for row in known.deals()["contracts"]
    }
    assert {outcome for _, outcome, _, _ in told.values()} == {"renewed", "lost", "open", "lapsed", "running"}


@pytest.mark.parametrize("scope", SCOPES)
def test_velocity_is_that_of_the_company_in_all_its_parts(
    published: duckdb.DuckDBPyConnection, known: Known, scope: str
) -> None:
    told = sort_out(rows_of(published, f"select * from marts.rpt_sales_velocity where scope_kind = '{scope}'"))
    truth = keyed(known.velocity(SCOPES[scope]))
    assert differences(told, truth, same(VELOCITY), SECONDS) == []
    assert differences(told, truth, same(["velocity_amount"]), CENT) == []
    assert told.compared(same(["velocity_amount"])) > 10


@pytest.mark.parametrize("scope", SCOPES)
def test_open_deals_are_touched_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known, scope: str
) -> None:
    for kind in ("day", "week"):
        told = sort_out(
            rows_of(
                published,
                f"select * from marts.rpt_activity_coverage where period_kind = '{kind}' and scope_kind = '{scope}'",
            )
        )
        truth = keyed(known.touches(kind, SCOPES[scope]))
        assert differences(told, truth, same(TOUCHES)) == []
        assert differences(told, truth, same(["average_recency_days"]), SECONDS) == []
        assert told.compared(same(TOUCHES)) > 100
        for row in told.known.values():  # what is about no deal is about nobody and nothing else here
            assert [row[f"reached_{days}_days_rate"] for days in (7, 14, 30)] == [
                row[f"touched_{days}_days_rate"] for days in (7, 14, 30)
            ]


@pytest.mark.parametrize("scope", SCOPES)
def test_past_forecasts_and_their_errors_are_those_of_the_company(
    published: duckdb.DuckDBPyConnection, known: Known, scope: str
) -> None:
    ((since,),) = published.execute(
        "select min(snapshot_date) from marts.rpt_forecast_rollups where scope_kind = 'owner'"
    ).fetchall()
    truth = known.forecasts(SCOPES[scope], since)
    rolled = keyed(truth["rollups"], "week")
    told = _weekly(published, "rpt_forecast_rollups", scope)
    assert differences(told, rolled, same(ROLLUP), CENT) == []
    assert told.compared(same(ROLLUP)) > 100
    hits = _weekly(published, "rpt_commit_hit_rates", scope)
    assert differences(hits, rolled, HITS) == []
    assert hits.compared(HITS) > 20
    rows = rows_of(published, f"select * from marts.rpt_forecast_accuracy where scope_kind = '{scope}'")
    found = {(row["scope_id"], row["forecast_kind"], row["week_number"]): row for row in rows}
    expected = {(row["scope_id"] or "company", row["forecast"], row["week"]): row for row in truth["accuracy"]}
    for key, row in found.items():
        for name in (*ERRORS, *RATIOS):
            mine, true = row[name], expected[key][name] if key in expected else None
            assert float(mine or 0) == pytest.approx(float(true or 0), abs=CENT), (key, name)
    assert sum(bool(row["wape_ratio"]) for row in found.values()) > 20


def _weekly(published: duckdb.DuckDBPyConnection, table: str, scope: str) -> Any:
    return sort_out(
        rows_of(
            published,
            "select * replace (scope_id || ' ' || week_number as scope_id), "
            f"fiscal_quarter_start_date as period_start_date from marts.{table} where scope_kind = '{scope}'",
        )
    )


def test_the_months_of_sellers_are_those_of_the_company(published: duckdb.DuckDBPyConnection, known: Known) -> None:
    """Of people without a quota the marts hold up the goals of a seed instead, which the company does not know."""
    with (ROOT / "dbt_project" / "seeds" / "ramp_curve.csv").open(newline="") as file:
        curve = tuple((int(row["from_tenure_months"]), float(row["ramp_factor"])) for row in csv.DictReader(file))
    assert curve == RAMP_PLAN
    truth = {key: row for key, row in _seller_months(known).items() if row["quota"]}
    rows = rows_of(published, "select *, owner_id as scope_id from marts.fct_seller_months")
    told = {(row["owner_id"], row["period_start_date"]): row for row in rows}
    assert truth.keys() <= told.keys()
    asked = sort_out([told[key] for key in truth])
    assert differences(asked, truth, same(MONTH), CENT) == []
    assert asked.compared(same(MONTH)) > 100


def _seller_months(known: Known) -> Figures:
    return {(row["owner_id"], row["period_start"]): row for row in known.sellers("company")["months"]}


def test_attainment_by_tenure_and_capacity_are_what_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known
) -> None:
    """Those who have goals of a seed for a quota are taken out of both sides."""
    truth = _seller_months(known)
    goals = [
        row
        for row in rows_of(published, "select * from marts.fct_seller_months where quota_amount > 0")
        if not truth.get((row["owner_id"], row["period_start_date"]), {}).get("quota")
    ]
    spoilt = {row["tenure_months"] for row in goals if row["is_complete"]}
    told = {row["tenure_months"]: row for row in rows_of(published, "select * from marts.rpt_ramp")}
    compared = 0
    for row in known.sellers("company")["ramp"]:
        tenure = row["tenure_months"]
        if tenure not in spoilt:
            for name in ("seller_count", "quota_amount", "bookings_amount", "attainment_ratio"):
                assert float(told[tenure][name]) == pytest.approx(float(row[name]), abs=CENT), (tenure, name)
            compared += 1
    assert compared > 5
    _compare_capacity(published, known, goals)


def _compare_capacity(published: duckdb.DuckDBPyConnection, known: Known, goals: list[Row]) -> None:
    rows = rows_of(published, "select * from marts.rpt_capacity")
    by_goal = {(row["owner_id"], _quarter(row["period_start_date"])) for row in goals}
    compared = 0
    for scope, name in SCOPES.items():
        told = {
            (row["scope_id"], row["period_start_date"]): row
            for row in rows
            if row["scope_kind"] == scope and row["quota_amount"] is not None
        }
        members = {row["scope_id"] for row in rows}
        assert members
        for key, row in keyed(known.sellers(name)["capacity"]).items():
            if scope == "owner" and key in by_goal:
                continue
            if scope != "owner" and key[1] in {quarter for _, quarter in by_goal}:
                continue
            assert float(told[key]["quota_amount"]) == pytest.approx(row["quota_amount"], abs=CENT), key
            assert float(told[key]["capacity_amount"]) == pytest.approx(row["capacity_amount"], abs=CENT), key
            compared += scope != "owner"
    assert compared > 5


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def test_deals_stall_as_the_company_says(published: duckdb.DuckDBPyConnection, known: Known) -> None:
    told = {row["opportunity_id"]: row for row in rows_of(published, "select * from marts.rpt_stalled_deals")}
    truth = {row["opportunity_id"]: row for row in known.deals()["stalled"] if row["is_stalled"]}
    assert told.keys() == truth.keys()
    for key, row in told.items():
        for name in ("is_idle", "is_too_long_in_stage", "idle_limit_days"):
            assert row[name] == truth[key][name], (key, name)
        for name in ("stage_days", "baseline_days"):
            assert float(row[name] or 0) == pytest.approx(truth[key][name] or 0, abs=SECONDS), (key, name)
    assert {row["is_idle"] for row in told.values()} == {row["is_too_long_in_stage"] for row in told.values()}
    for scope, name in SCOPES.items():
        rows = rows_of(published, f"select * from marts.rpt_stalled_pipeline where scope_kind = '{scope}'")
        totals = {row["scope_id"] or "company": row for row in known.stalls(name)}
        assert totals.keys() >= {row["scope_id"] for row in rows}
        for row in rows:
            for figure in STALLS:
                assert float(row[figure] or 0) == pytest.approx(totals[row["scope_id"]][figure] or 0), figure


@pytest.mark.parametrize("scope", SCOPES)
def test_bookings_are_credited_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known, scope: str
) -> None:
    names = {name: name for name in ("split_bookings_amount", "bookings_amount", "overlay_amount")}
    if scope != "owner":
        del names["overlay_amount"]
    for kind in ("month", "quarter", "year"):
        told = sort_out(
            rows_of(
                published,
                f"select * from marts.rpt_split_bookings where period_kind = '{kind}' and scope_kind = '{scope}'",
            )
        )
        assert differences(told, keyed(known.credits(kind, SCOPES[scope])), names) == []
        assert told.compared(names) > 5


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_deals_slip_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known, kind: str, scope: str
) -> None:
    told = sort_out(
        rows_of(
            published,
            f"select * from marts.rpt_slip_rates where period_kind = '{kind}' and scope_kind = '{scope}'",
        )
    )
    truth = {key: row for key, row in keyed(known.totals(kind, SCOPES[scope])).items() if key[1] <= known.today}
    assert differences(told, truth, SLIPS, CENT) == []
    assert told.compared(SLIPS) > 50


def test_stages_lead_to_wins_as_the_company_says(published: duckdb.DuckDBPyConnection, known: Known) -> None:
    rows = rows_of(published, "select * from marts.rpt_stage_win_rates")
    told = {(row["sales_process"], row["stage_name"]): (row["reached_closed_count"], row["won_count"]) for row in rows}
    truth = {
        (row["process"], row["stage"]): (row["closed_count"], row["won_count"])
        for row in known.deals()["stage_win_rates"]
    }
    assert {key: counts for key, counts in told.items() if counts[0]} == truth
    for row in rows:
        assert row["observed_win_rate"] == (
            pytest.approx(row["won_count"] / row["reached_closed_count"]) if row["reached_closed_count"] else None
        )
    assert len(truth) > 10


def test_what_lay_open_by_stage_is_what_the_company_says(published: duckdb.DuckDBPyConnection, known: Known) -> None:
    truth = {
        (row["day"], row["owner_id"], row["process"], row["stage"]): (
            row["open_count"],
            row["open_amount"],
            row["weighted_amount"],
        )
        for row in known.standing("month")
    }
    days = sorted({day for day, *_ in truth})
    listed = ", ".join(f"date '{day}'" for day in days)
    told = {
        (row["snapshot_date"], row["owner_id"], row["sales_process"], row["stage_name"]): (
            row["open_count"],
            float(row["open_amount"]),
            float(row["weighted_amount"]),
        )
        for row in rows_of(published, f"select * from marts.fct_pipeline_daily where snapshot_date in ({listed})")
    }
    first = min(day for day, *_ in told)
    assert told == {key: pytest.approx(row) for key, row in truth.items() if key[0] >= first}
    assert len(days) > 24
