"""Stages, cohorts, quotas, leads, open deals and exceptions against what the simulated company says of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import duckdb
import pytest

from connectors.sandbox.company import Company
from tests.support.telling import EXACT, differences, rows_of, sort_out

pytestmark = pytest.mark.xdist_group("main_job")

STAGE_FIGURES = {
    "reached_count": "reached_count",
    "reached_next_count": "reached_next_count",
    "conversion_rate": "conversion_rate",
    "won_count": "won_count",
    "lost_count": "lost_count",
    "open_count": "open_count",
    "deleted_count": "deleted_count",
    "median_days": "median_days",
    "p90_won_days": "p90_won_days",
    "censored_count": "standing_count",
}
COVERAGE = (
    "bookings_amount",
    "open_due_amount",
    "weighted_due_amount",
    "default_weighted_due_amount",
    "expected_due_amount",
    "commit_amount",
    "best_case_amount",
)
QUOTA = ("quota_amount", "gap_amount", "attainment_ratio", "gross_coverage_ratio", "remaining_coverage_ratio")
SCOPES = {"company": "company", "team": "team", "owner": "rep"}
CENT = 0.01 + EXACT

Row = dict[str, Any]


@pytest.fixture(scope="module")
def deals(visible: Company, now: datetime) -> dict[str, list[Row]]:
    return visible.deal_totals(now)


def _by(rows: Iterable[Row], *names: str) -> dict[Any, Row]:
    return {tuple(row[name] for name in names): row for row in rows}


def _unequal(ours: dict[Any, Row], theirs: dict[Any, Row], names: dict[str, str], tolerance: float = EXACT) -> object:
    """The first figures that are not the same on both sides; None if all are. Both hold the same keys."""
    assert ours.keys() == theirs.keys()
    for key, row in ours.items():
        for mine, true in names.items():
            left, right = row[mine], theirs[key][true]
            if (left is None) != (right is None) or abs(float(left or 0) - float(right or 0)) > tolerance:
                return key, mine, left, right
    return None


def test_stage_conversions_are_what_the_company_says(
    published: duckdb.DuckDBPyConnection, visible: Company, now: datetime
) -> None:
    rows = rows_of(published, "select * from marts.rpt_stage_conversions")
    told = _by(rows, "cohort_start_date", "sales_process", "stage_name")
    truth = _by(visible.conversions("quarter", now), "period_start", "process", "stage")
    assert _unequal(told, truth, STAGE_FIGURES, 2e-5) is None  # the company's now is whole seconds old
    assert len(told) > 100


def test_every_stay_in_a_stage_is_what_the_company_says(
    published: duckdb.DuckDBPyConnection, deals: dict[str, list[Row]]
) -> None:
    rows = rows_of(published, "select * from marts.fct_opportunity_stage_spells")
    told = {(row["opportunity_id"], row["spell_number"]): row for row in rows}
    truth = _by(deals["stays"], "opportunity_id", "number")
    assert _unequal(told, truth, {"duration_days": "days"}, 2e-5) is None
    for key, row in told.items():
        stay = (row["stage_name"], _second(row["entered_at"]), _second(row["exited_at"]))
        assert stay == tuple(truth[key][name] for name in ("stage", "entered", "left"))
    assert len(told) > 500


def _second(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.replace(tzinfo=UTC).timestamp())


def test_the_cohorts_win_by_age_what_the_company_says(
    published: duckdb.DuckDBPyConnection, deals: dict[str, list[Row]]
) -> None:
    rows = rows_of(published, "select * from marts.rpt_win_rate_cohorts")
    told = _by(rows, "cohort_start_date", "sales_process", "age_months")
    truth = _by(deals["win_cohorts"], "cohort_start", "process", "age_months")
    names = dict.fromkeys(("created_count", "won_count", "won_amount", "is_mature"))
    assert _unequal(told, truth, {name: name for name in names}) is None
    assert sum(row["won_count"] > 0 for row in told.values()) > 100


def test_open_deals_are_as_old_idle_pushed_and_peopled_as_the_company_says(
    published: duckdb.DuckDBPyConnection, deals: dict[str, list[Row]]
) -> None:
    told = _by(rows_of(published, "select * from marts.fct_opportunities where is_open"), "opportunity_id")
    truth = _by(deals["open"], "opportunity_id")
    names = ("age_days", "stage_age_days", "idle_days", "push_count", "contact_role_count")
    assert _unequal(told, truth, {name: name for name in names}, 2e-5) is None
    assert {key: _second(row["last_activity_at"]) for key, row in told.items()} == {
        key: row["last_activity"] for key, row in truth.items()
    }
    assert len(told) > 20


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", ["month", "quarter"])
def test_what_is_booked_and_due_against_the_quotas_is_what_the_company_says(
    published: duckdb.DuckDBPyConnection, visible: Company, now: datetime, kind: str, scope: str
) -> None:
    """Of people without a quota the marts hold up the goals of a seed instead, which the company does not know."""
    told = sort_out(
        rows_of(
            published,
            f"select * from marts.rpt_quota_coverage where period_kind = '{kind}' and scope_kind = '{scope}'",
        )
    )
    truth = {
        (row["scope_id"] or "company", row["period_start"]): row for row in visible.coverage(kind, SCOPES[scope], now)
    }
    truth = {key: row for key, row in truth.items() if key in told.known}
    assert differences(told, truth, {name: name for name in COVERAGE}, CENT) == []
    assert told.compared({name: name for name in COVERAGE}) > 30
    if scope == "owner":
        asked = {key: row for key, row in truth.items() if row["quota_amount"]}
        quotas = sort_out([told.known[key] for key in asked])
        assert differences(quotas, asked, {name: name for name in QUOTA}, CENT) == []
        assert quotas.compared({name: name for name in QUOTA}) > 100


def test_gaps_and_attainments_are_those_of_the_goals(published: duckdb.DuckDBPyConnection) -> None:
    """Gap and attainment follow from the goal."""
    rows = rows_of(published, "select * from marts.fct_kpis where goal is not null and unknown_reason is null")
    for row in rows:
        assert row["gap"] == pytest.approx(row["goal"] - row["actual"])
        assert row["attainment_ratio"] == (pytest.approx(row["actual"] / row["goal"]) if row["goal"] else None)
    assert {row["scope_kind"] for row in rows} == {"company", "team", "owner"}


def test_leads_come_in_and_convert_and_are_answered_as_the_company_says(
    published: duckdb.DuckDBPyConnection, company: Company, now: datetime
) -> None:
    truth = {row["lead_id"]: row for row in company.leads(now)}
    told = _by(rows_of(published, "select * from marts.fct_leads"), "lead_id")
    names = ("response_hours", "is_response_censored", "is_converted", "is_opportunity_won", "is_in_queue")
    assert _unequal({key[0]: row for key, row in told.items()}, truth, {name: name for name in names}, 1e-3) is None
    assert sum(not row["is_response_censored"] for row in told.values()) > 50


def test_lead_cohorts_convert_as_the_company_says(
    published: duckdb.DuckDBPyConnection, company: Company, now: datetime
) -> None:
    rows = rows_of(published, "select * from marts.rpt_lead_conversions")
    told = _by(rows, "cohort_start_date", "lead_source", "owner_id")
    truth: dict[Any, dict[str, int]] = {}
    leads = company.leads(now)
    for lead in leads:
        day: date = lead["created_date"]
        cohort = truth.setdefault(_cohort(lead), _nothing())
        age = None if lead["converted_date"] is None else (lead["converted_date"] - day).days
        cohort["lead_count"] += 1
        cohort["converted_count"] += age is not None
        cohort["won_count"] += lead["is_opportunity_won"]
        cohort["untouched_count"] += lead["is_response_censored"]
        for days in (30, 60, 90):
            cohort[f"converted_{days}_days_count"] += age is not None and age <= days
    assert _unequal(told, truth, {name: name for name in _nothing()}) is None
    for key, row in told.items():
        waits = sorted(lead["response_hours"] for lead in leads if _cohort(lead) == key)
        in_time = sum(
            lead["response_hours"] <= 24 and not lead["is_response_censored"] for lead in leads if _cohort(lead) == key
        )
        assert row["median_response_hours"] == pytest.approx(median(waits), abs=1e-3)
        assert row["within_limit_rate"] == pytest.approx(in_time / len(waits))
    assert sum(row["converted_count"] for row in told.values()) > 20


def _cohort(lead: Row) -> tuple[date, str, str]:
    return lead["created_date"].replace(day=1), lead["lead_source"], lead["owner_id"]


def _nothing() -> dict[str, int]:
    counts = ("lead_count", "converted_count", "won_count", "untouched_count")
    return dict.fromkeys((*counts, *(f"converted_{days}_days_count" for days in (30, 60, 90))), 0)


@pytest.mark.parametrize("rule", ["OPP-01", "OPP-02", "OPP-04", "OPP-08", "PATH-01"])
def test_exceptions_about_deals_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection, company: Company, now: datetime, rule: str
) -> None:
    """A closed deal is judged for 90 days only, and one without a record type by stages that the company names none."""
    told = rows_of(
        published,
        f"select record_id from marts.fct_process_exceptions where rule_id = '{rule}' and status in ('open', 'waived')",
    )
    facts = company.facts_at(now)
    planted, found = facts[rule], {row["record_id"] for row in told}
    if rule == "PATH-01":
        judged = rows_of(
            published,
            "select opportunity_id from marts.fct_opportunities where record_type is not null and (is_open or "
            f"date_diff('day', closed_at, timestamp '{now.replace(tzinfo=None)}') <= 90)",
        )
        ids = {row["opportunity_id"] for row in judged}
        planted, found = planted & ids, found & ids
    assert found == planted
    assert found
