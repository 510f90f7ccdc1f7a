"""Figures, goals and limits are those of a build from all rows, however many builds were made upon each other.

A small company goes on for some days, into another week, month and quarter. What its days do not bring is added by
hand: deals deleted, handed over and moved to another account, wins and history dated back, an activity written down
months later, one deleted, some that go to another deal, to an account or to a contact, a seller under another manager,
a quota that changes. One build is of a part of the models only. After each day all tables of the chain that ends in
fct_kpis, and of that of the activity coverage, are held against a build from all rows, in both directions.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org
from connectors.warehouse.connection import connect
from orchestration import building
from orchestration.settings import Settings, load_settings
from tests.support.changed import change
from tests.support.filled import fill

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 17, 12)
# The last is in another week, month and quarter.
DAYS = (1, 16)
CHAIN = (
    "intermediate.int_measures_daily",
    "intermediate.int_kpis_measured",
    "intermediate.int_win_medians_measured",
    "intermediate.int_kpi_goals",
    "intermediate.int_kpi_series_found",
    "marts.fct_kpis",
    "intermediate.int_open_deals_touched",
    "marts.rpt_activity_coverage",
    "marts.rpt_owner_kpis_weekly",
    "marts.rpt_team_kpis_weekly",
)
BUILDS = {"changed_upon", "is_gone", "scope_number"}


def _settings(home: Path) -> Settings:
    return load_settings(home=home, threads=1, memory_limit="1GB")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where one build is made upon the other."""
    (tmp_path / "daily").mkdir()
    yield tmp_path / "daily"


def _meddle(warehouse: duckdb.DuckDBPyConnection, at: datetime, day: int) -> None:
    """What a day brings besides, other deals and people each day."""

    def one(sql: str) -> str:
        return str((warehouse.execute(f"{sql} ORDER BY 1 LIMIT 1 OFFSET {day}").fetchone() or ("",))[0])

    change(warehouse, "lead", one("SELECT id FROM raw_salesforce.lead WHERE NOT is_deleted"), at, "is_deleted = true")
    tasks = "SELECT id FROM raw_salesforce.task WHERE NOT is_deleted AND status = 'Completed'"
    change(warehouse, "task", one(tasks), at, "is_deleted = true, _deleted_at = last_modified_date")
    change(
        warehouse,
        "task",
        None,
        at,
        f"id = '00Tlate{day}', created_date = last_modified_date, activity_date = DATE '2025-11-0{day % 9 + 1}'",
        where=f"id = '{one(tasks)}'",
    )
    other = one("SELECT id FROM raw_salesforce.opportunity WHERE NOT is_closed AND NOT is_deleted")
    for whom in (
        f"what_id = '{other}', owner_id = {_owner(warehouse)}",
        f"what_id = (SELECT account_id FROM raw_salesforce.opportunity WHERE id = '{other}')",
        "what_id = NULL, who_id = (SELECT min(contact_id) FROM raw_salesforce.opportunity_contact_role)",
    ):
        moved = one(tasks + f" AND what_id LIKE '006%' AND what_id <> '{other}' AND activity_date > DATE '2026-01-01'")
        change(warehouse, "task", moved, at, whom)
    change(
        warehouse,
        "user",
        one("SELECT owner_id FROM raw_salesforce.opportunity GROUP BY 1"),
        at,
        f"manager_id = {_owner(warehouse)}",
    )
    quota = one("SELECT id FROM raw_salesforce.forecasting_quota WHERE start_date > DATE '2025-06-01'")
    change(warehouse, "forecasting_quota", quota, at, "quota_amount = quota_amount * 2")

    if day <= max(DAYS):  # what the org itself says again of a deal, with an older stamp, no source would say
        return
    deals = "SELECT id FROM raw_salesforce.opportunity WHERE NOT is_deleted AND "
    change(warehouse, "opportunity", one(deals + "is_won"), at, "is_deleted = true, _deleted_at = last_modified_date")
    change(warehouse, "opportunity", one(deals + "is_won"), at, "close_date = close_date - 200, amount = amount + 0.01")
    change(warehouse, "opportunity", one(deals + "NOT is_closed"), at, f"owner_id = {_owner(warehouse)}")
    account = one("SELECT id FROM raw_salesforce.account")
    change(warehouse, "opportunity", one(deals + "is_closed"), at, f"account_id = '{account}'")
    history = "SELECT min(id) FROM raw_salesforce.opportunity_history WHERE created_date < DATE '2026-01-01'"
    history += " GROUP BY opportunity_id HAVING count(*) > 3"
    change(
        warehouse,
        "opportunity_history",
        None,
        at,
        f"id = '008late{day}', amount = 999.99, created_date = created_date + INTERVAL 1 HOUR",
        where=f"id = '{one(history)}'",
    )


def _owner(warehouse: duckdb.DuckDBPyConnection) -> str:
    """Who owns most deals, as a literal."""
    found = warehouse.execute(
        "SELECT owner_id FROM raw_salesforce.opportunity GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    return f"'{found[0]}'" if found else "null"


def test_figures_after_days_of_builds_upon_builds_are_those_of_a_build_from_all_rows(home: Path) -> None:
    org = open_company(seed=11, scale=0.1, anchor=NOON.date(), clock=Clock(NOON))
    with connect(home / "warehouse.duckdb") as warehouse:
        fill(warehouse, org)
    building.build(_settings(home), has_tests=False)
    for day in DAYS:
        _bring_to(home, org, NOON + timedelta(days=day), day)
        if day == max(DAYS):
            building.build(_settings(home), select=["+int_kpis_measured"], has_tests=False)
            _bring_to(home, org, NOON + timedelta(days=day, hours=6), day + 1)
        late = home.parent / f"late{day}"
        late.mkdir()
        shutil.copy(home / "warehouse.duckdb", late / "warehouse.duckdb")
        upon = building.build(_settings(home), has_tests=False)
        assert {result.status for result in upon} <= set(building.DONE)
        building.build(_settings(late), has_tests=False, is_full=True)
        touched = _count(home, "intermediate.int_kpis_touched")
        assert 0 < touched < _count(late, "intermediate.int_kpis_touched"), "some figures are left as they are"
        assert {table: _differing(home, late, table) for table in CHAIN} == dict.fromkeys(CHAIN, 0), f"day {day}"


def _bring_to(home: Path, org: Org, at: datetime, day: int) -> None:
    org.advance_to(at)
    with connect(home / "warehouse.duckdb") as warehouse:
        fill(warehouse, org)
        _meddle(warehouse, at + timedelta(hours=1), day)
        warehouse.execute("CHECKPOINT")  # dbt keeps the file open in this process: what is copied must be in it


def _count(home: Path, table: str) -> int:
    with connect(home / "warehouse.duckdb") as warehouse:
        return int((warehouse.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0])


def _differing(home: Path, late: Path, table: str) -> int:
    """How many rows are in one of both and not in the other, whose numbers of scopes may be others."""
    rows = []
    for each in (home, late):
        with connect(each / "warehouse.duckdb") as warehouse:
            rows.append(warehouse.execute(_content(warehouse, table)).to_arrow_table())
    with duckdb.connect() as comparing:
        comparing.register("one", rows[0])
        comparing.register("other", rows[1])
        found = comparing.execute(
            "SELECT (SELECT count(*) FROM (FROM one EXCEPT ALL FROM other)) "
            "+ (SELECT count(*) FROM (FROM other EXCEPT ALL FROM one))"
        ).fetchone()
    return int((found or (-1,))[0])


def _content(warehouse: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows that are there; fractions rounded, though not at a half, as sums depend on the order of the rows."""
    columns = dict(
        warehouse.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name || '.' || table_name = $1", [table]
        ).fetchall()
    )
    said = [
        f"round(told.{name} + 0.000000123, 6) AS {name}" if kind == "DOUBLE" else f"told.{name}"
        for name, kind in sorted(columns.items())
        if name not in BUILDS
    ]
    joined = ""
    if "scope_number" in columns and "scope_id" not in columns:
        said += ["scopes.scope_kind", "scopes.scope_id"]
        joined = "LEFT JOIN intermediate.int_scopes_numbered AS scopes ON scopes.scope_number = told.scope_number"
    there = "WHERE NOT told.is_gone" if "is_gone" in columns else ""
    return f"SELECT {', '.join(said)} FROM {table} AS told {joined} {there}"
