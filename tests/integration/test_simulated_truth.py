"""Every KPI and the waterfall against what the simulated company itself says of its figures, as of the same instant.

The company counts in plain Python from its own list of events (`connectors.sandbox.simulate.truth`) and never saw a
record, a warehouse or a model.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import product
from typing import Any

import duckdb
import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.truth.waterfall import LEGS
from tests.support.telling import EXACT, Figures, differences, rows_of, sort_out

pytestmark = pytest.mark.xdist_group("main_job")

KINDS = ("week", "month", "quarter")
SCOPES = {"company": "company", "team": "team", "owner": "rep"}  # as the marts and as the company call them
OTHER_NAMES = {
    "pipeline_created_amount": "created_now_amount",
    "pipeline_created_then_amount": "created_amount",
    "pipeline_qualified_amount": "qualified_amount",
    "open_pipeline_count": "open_count",
    "average_cycle_days": "mean_cycle_days",
    "average_qualified_cycle_days": "mean_qualified_cycle_days",
}
# the mart adds up the days of cycles rounded to hundredths by day and owner
TOLERANCES = dict.fromkeys(("average_cycle_days", "average_qualified_cycle_days"), 0.005 + EXACT)
WEEKLY = (
    "bookings_amount",
    "won_count",
    "lost_count",
    "win_rate",
    "created_count",
    "pipeline_created_amount",
    "activity_count",
    "meeting_count",
    "open_pipeline_amount",
    "open_pipeline_count",
)
WATERFALL = {
    **{f"{leg}_amount": f"waterfall_{leg}_amount" for leg in LEGS},
    "opening_count": "due_count",
    "slipped_count": "slipped_out_count",
}

Says = Callable[[str, str], Figures]


@pytest.fixture(scope="module")
def metrics(published: duckdb.DuckDBPyConnection) -> set[str]:
    return {row["metric"] for row in rows_of(published, "select distinct metric from marts.fct_kpis")}


@pytest.fixture(scope="module")
def say(visible: Company, now: datetime) -> Says:
    """What the company says of the periods of a kind that have begun, by scope."""

    @cache
    def told(kind: str, scope: str) -> Figures:
        rows = visible.totals(kind, SCOPES[scope], now)
        return {
            (row["scope_id"] or "company", row["period_start"]): row
            for row in rows
            if row["period_start"] <= now.date()
        }

    return told


@pytest.mark.parametrize(("kind", "scope"), [("day", "company"), *product(KINDS, SCOPES)])
def test_every_kpi_is_what_the_company_says(
    published: duckdb.DuckDBPyConnection, metrics: set[str], say: Says, kind: str, scope: str
) -> None:
    told: dict[str, list[dict[str, Any]]] = {metric: [] for metric in metrics}
    for row in rows_of(
        published,
        "select metric, scope_id, period_start_date, actual, unknown_reason from marts.fct_kpis "
        f"where period_kind = '{kind}' and scope_kind = '{scope}'",
    ):
        told[row["metric"]].append(row)
    truth = say(kind, scope)
    assert len(metrics) >= 31
    compared = {}
    for metric, rows in told.items():
        names = {"actual": OTHER_NAMES.get(metric, metric)}
        figures = sort_out(rows)
        assert (metric, differences(figures, truth, names, TOLERANCES.get(metric, EXACT))) == (metric, [])
        compared[metric] = figures.compared(names)
    if kind != "day":
        # the company's figures are kept from the first on, sellers' only of the last periods
        assert min(compared.values()) > 5 or scope != "company"
        assert sum(compared.values()) > 300


@pytest.mark.parametrize(("kind", "scope"), [("day", "company"), *product(KINDS, SCOPES)])
def test_no_figure_of_a_period_that_is_kept_is_missing(
    published: duckdb.DuckDBPyConnection, metrics: set[str], say: Says, kind: str, scope: str
) -> None:
    """A metric is left out for a team or seller only where there was nothing."""
    rows = rows_of(
        published,
        "select metric, scope_id, period_start_date from marts.fct_kpis "
        f"where period_kind = '{kind}' and scope_kind = '{scope}'",
    )
    told = {(row["metric"], row["scope_id"], row["period_start_date"]) for row in rows}
    scopes, kept = {row["scope_id"] for row in rows}, {row["period_start_date"] for row in rows}
    figures = [
        (metric, *key)
        for key, row in say(kind, scope).items()
        for metric in metrics
        if key[0] in scopes and key[1] in kept and abs(float(row[OTHER_NAMES.get(metric, metric)] or 0)) > EXACT
    ]
    assert len(figures) > 100
    assert set(figures) - told == set()


@pytest.mark.parametrize(("scope", "whose"), [("owner", "owner_id"), ("team", "manager_id")])
def test_the_weeks_of_the_reports_are_those_of_the_company(
    published: duckdb.DuckDBPyConnection, say: Says, scope: str, whose: str
) -> None:
    """A team's report adds up what its sellers did; the other KPIs of a team count everybody's activities."""
    rows = rows_of(
        published,
        f"select *, {whose} as scope_id, week_start_date as period_start_date from marts.rpt_{scope}_kpis_weekly",
    )
    told, names = sort_out(rows), {name: OTHER_NAMES.get(name, name) for name in WEEKLY}
    if scope == "team":
        del names["activity_count"], names["meeting_count"]
    assert differences(told, say("week", scope), names) == []
    assert told.compared(names) > 100


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_waterfall_is_what_the_company_says_leg_by_leg(
    published: duckdb.DuckDBPyConnection, say: Says, kind: str, scope: str
) -> None:
    told = sort_out(
        rows_of(
            published,
            f"select * from marts.rpt_pipeline_waterfall where period_kind = '{kind}' and scope_kind = '{scope}'",
        )
    )
    assert differences(told, say(kind, scope), WATERFALL) == []
    assert told.compared(WATERFALL) > 50
