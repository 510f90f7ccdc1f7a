"""A build upon the last one gives what a build from all rows gives, whatever has changed in between.

The raw tables are filled from a small company in this process; what a day rarely brings all at once is added by
hand: a deal deleted, one reopened, one handed over, history that arrives late and is dated back, an activity
deleted, and a seller under another manager. The ledger of exceptions remembers by design, and is left out.
What reads nothing that changed is left as it is; what is gone comes back.
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org
from connectors.warehouse.connection import connect
from orchestration import building, dbt
from orchestration.settings import Settings, load_settings
from tests.support.filled import fill

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 18, 12)
REMEMBERING = ("fct_process_exceptions",)


def _settings(home: Path) -> Settings:
    return load_settings(home=home, threads=1, memory_limit="1GB")


@pytest.fixture(scope="module")
def org() -> Org:
    return open_company(seed=7, scale=0.1, anchor=NOON.date(), clock=Clock(NOON))


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, org: Org) -> Iterator[tuple[Path, Path]]:
    """Two homes with the same raw rows of two days: one built each day, one only at the end."""
    daily, late = tmp_path_factory.mktemp("daily"), tmp_path_factory.mktemp("late")
    with connect(daily / "warehouse.duckdb") as warehouse:
        fill(warehouse, org)
    first = building.build(_settings(daily), has_tests=False)
    assert {result.status for result in first} <= set(building.DONE)
    org.advance_to(NOON + timedelta(days=1))
    with connect(daily / "warehouse.duckdb") as warehouse:
        fill(warehouse, org)
        _meddle(warehouse, NOON + timedelta(days=1, hours=1))
        warehouse.execute("CHECKPOINT")  # dbt keeps the file open in this process: what is copied must be in it
    shutil.copy(daily / "warehouse.duckdb", late / "warehouse.duckdb")
    yield daily, late


def _meddle(warehouse: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Changes as a sync at `at` would have loaded them."""
    deals = [
        row[0]
        for row in warehouse.execute(
            "SELECT id FROM raw_salesforce.opportunity WHERE NOT is_deleted AND is_closed ORDER BY id LIMIT 4"
        ).fetchall()
    ]
    people = [
        row[0]
        for row in warehouse.execute(
            "SELECT owner_id FROM raw_salesforce.opportunity GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
        ).fetchall()
    ]
    _change(warehouse, "opportunity", deals[0], at, "is_deleted = true, _deleted_at = last_modified_date")
    _change(
        warehouse,
        "opportunity",
        deals[1],
        at,
        "is_closed = false, is_won = false, stage_name = 'Proposal', close_date = DATE '2026-04-30'",
    )
    _change(warehouse, "opportunity", deals[2], at, f"owner_id = '{people[0]}', amount = 12345.67")
    _change(warehouse, "user", people[1], at, f"manager_id = '{people[0]}'")
    (task,) = warehouse.execute(
        "SELECT min(id) FROM raw_salesforce.task WHERE NOT is_deleted AND status = 'Completed'"
    ).fetchone() or ("",)
    _change(warehouse, "task", task, at, "is_deleted = true, _deleted_at = last_modified_date")
    # A row of history that was long under way: dated back half a year, with an amount that nobody had seen.
    _change(
        warehouse,
        "opportunity_history",
        None,
        at,
        "id = '008late', amount = 999.99, created_date = created_date + INTERVAL 1 HOUR",
        where=f"id = (SELECT min(id) FROM raw_salesforce.opportunity_history WHERE opportunity_id = '{deals[3]}')",
    )


def _meddle_again(warehouse: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """What reaches back: an old win dated otherwise, one taken back, a customer renamed, history older than all."""
    wins = [
        row[0]
        for row in warehouse.execute(
            "SELECT id FROM raw_salesforce.opportunity WHERE NOT is_deleted AND is_won ORDER BY id LIMIT 3"
        ).fetchall()
    ]
    _change(warehouse, "opportunity", wins[0], at, "close_date = close_date - INTERVAL 100 DAY")
    _change(warehouse, "opportunity", wins[1], at, "is_won = false, stage_name = 'Closed Lost'")
    _change(
        warehouse,
        "account",
        None,
        at,
        "name = 'Renamed'",
        where=f"id = (SELECT account_id FROM raw_salesforce.opportunity WHERE id = '{wins[2]}')",
        is_same=True,
    )
    _change(
        warehouse,
        "opportunity_contact_role",
        None,
        at,
        "is_deleted = true, _deleted_at = $1",
        where="id = (SELECT min(id) FROM raw_salesforce.opportunity_contact_role WHERE NOT is_deleted)",
        is_same=True,
    )
    _change(
        warehouse,
        "opportunity_history",
        None,
        at,
        "id = '008first', created_date = created_date - INTERVAL 40 DAY",
        where="created_date = (SELECT min(created_date) FROM raw_salesforce.opportunity_history)",
    )


def _change(
    warehouse: duckdb.DuckDBPyConnection,
    table: str,
    key: str | None,
    at: datetime,
    change: str,
    where: str = "",
    *,
    is_same: bool = False,
) -> None:
    """A new version of a row; the one before ends, unless it gets an id of its own."""
    versions, where = f'raw_salesforce."{table}__changes"', where or f"id = '{key}'"
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM {versions} WHERE {where} AND _superseded_at IS NULL"
    )
    stamp = ", last_modified_date = $1" if table in ("opportunity", "user", "task") else ""
    warehouse.execute("UPDATE changed SET _loaded_at = $1, _seen_at = $1" + stamp, [at])
    warehouse.execute(f"UPDATE changed SET {change}", [at] if "$1" in change else [])
    if key is not None or is_same:
        warehouse.execute(f"UPDATE {versions} SET _superseded_at = $1 WHERE {where} AND _superseded_at IS NULL", [at])
    warehouse.execute(f"INSERT INTO {versions} SELECT * FROM changed")


def test_a_build_upon_the_last_one_gives_what_a_build_from_all_rows_gives(
    homes: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    daily, late = homes
    with caplog.at_level(logging.INFO, "salespulse.dbt"):
        upon = building.build(_settings(daily), has_tests=False)
        building.build(_settings(late), has_tests=False, is_full=True)
    said = [record.getMessage() for record in caplog.records if "Building from" in record.getMessage()]
    assert said == ["Building from what was loaded after 2026-03-18 12:00:00 UTC", "Building from all rows"]
    one, other = _marts(daily), _marts(late)
    assert one.keys() == other.keys()
    assert len(one) > 30
    with connect(daily / "warehouse.duckdb") as warehouse:
        touched = warehouse.execute("SELECT count(*) FROM intermediate.int_opportunities_touched").fetchone()
    assert touched and 4 <= touched[0] < one["fct_opportunities"].num_rows / 2, "most deals are left alone"
    with duckdb.connect() as comparing:
        differing = [name for name in one if _differs(comparing, one[name], other[name])]
    assert differing == []
    left = {result.unique_id.split(".")[2] for result in upon if result.status == "unchanged"}
    assert {"goals", "stg_salesforce__opportunities", "dim_process_rules"} <= left, "a seed, a view and a table"
    assert left.isdisjoint({"fct_opportunities", "int_kpis_compared", "dim_dates"})
    assert len(upon) == len(left) + sum(result.status in ("success", "no-op") for result in upon)


def test_a_build_without_news_builds_only_what_is_gone(homes: tuple[Path, Path]) -> None:
    daily, _ = homes
    building.build(_settings(daily), has_tests=False)
    before, comments = _marts(daily), _comments(daily)
    again = building.build(_settings(daily), has_tests=False)
    assert {result.status for result in again} == {"unchanged", "no-op"}, "an exposure is always there"
    with connect(daily / "warehouse.duckdb") as warehouse:
        warehouse.execute("DROP VIEW intermediate.int_kpis_charted")
        warehouse.execute("DROP TABLE marts.dim_accounts")
        warehouse.execute("DROP VIEW marts.fct_activities")
    built = building.build(_settings(daily), has_tests=False)
    done = {result.unique_id.split(".")[2] for result in built if result.status == "success"}
    assert {"int_kpis_charted", "dim_accounts", "fct_activities", "fct_leads"} <= done
    assert done.isdisjoint({"dim_dates", "fct_opportunity_versions", "goals"})
    assert len(built) == len(again)
    after = _marts(daily)
    with duckdb.connect() as comparing:
        assert [name for name in before if _differs(comparing, before[name], after[name])] == []
    assert _comments(daily) == comments


def test_a_test_that_held_is_not_run_again_upon_the_same_rows(homes: tuple[Path, Path]) -> None:
    daily, _ = homes
    building.build(_settings(daily), has_tests=False)  # whole, whatever the tests will say
    first = _tests(building.build(_settings(daily)))
    again = _tests(building.build(_settings(daily)))
    assert first.keys() == again.keys()
    assert len(first) > 200
    assert not any(result.message.startswith("As in the last build") for result in first.values()), "never run before"
    ran = {key for key, result in again.items() if not result.message.startswith("As in the last build")}
    assert ran == {key for key, result in first.items() if result.status != "pass"}
    assert {key: result.status for key, result in first.items()} == {k: result.status for k, result in again.items()}


def test_so_does_a_build_a_quarter_later_with_what_reaches_far_back(homes: tuple[Path, Path], org: Org) -> None:
    daily, late = homes
    at = NOON + timedelta(days=21)
    org.advance_to(at)
    for home in homes:
        with connect(home / "warehouse.duckdb") as warehouse:
            fill(warehouse, org)
            _meddle_again(warehouse, at + timedelta(hours=1))
    upon = building.build(_settings(daily), has_tests=False)
    assert any(result.status == "unchanged" for result in upon), "built upon the last one"
    building.build(_settings(late), has_tests=False, is_full=True)
    one, other = _marts(daily), _marts(late)
    with duckdb.connect() as comparing:
        assert [name for name in one if _differs(comparing, one[name], other[name])] == []


def _tests(results: Sequence[dbt.NodeResult]) -> dict[str, dbt.NodeResult]:
    return {result.unique_id: result for result in results if result.is_test}


def _comments(home: Path) -> list[tuple[Any, ...]]:
    with connect(home / "warehouse.duckdb") as warehouse:
        return warehouse.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'marts' ORDER BY ALL"
        ).fetchall()


def _marts(home: Path) -> dict[str, Any]:
    """The tables of the marts; fractions rounded, as the last digits of sums depend on the order of the rows.

    Not at a half, where a mean of a few decimals often lies: its last digit would tell to which side.
    """
    found: dict[str, Any] = {}
    with connect(home / "warehouse.duckdb") as warehouse:
        for (table,) in warehouse.execute(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE schema_name = 'marts' ORDER BY 1"
        ).fetchall():
            if table not in REMEMBERING:
                said = ", ".join(
                    f'round("{name}" + 0.000000123, 6) AS "{name}"' if kind == "DOUBLE" else f'"{name}"'
                    for name, kind in warehouse.execute(
                        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'marts' "
                        "AND table_name = $1 ORDER BY column_index",
                        [table],
                    ).fetchall()
                )
                found[table] = warehouse.execute(f"SELECT {said} FROM marts.{table}").to_arrow_table()
    return found


def _differs(comparing: duckdb.DuckDBPyConnection, one: Any, other: Any) -> bool:
    comparing.register("one", one)
    comparing.register("other", other)
    sides = ["SELECT * FROM one", "SELECT * FROM other"]
    return any(
        comparing.execute(f"{left} EXCEPT ALL {right} LIMIT 1").fetchone() is not None
        for left, right in (sides, sides[::-1])
    )
