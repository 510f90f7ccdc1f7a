"""Rows of history age out at the source. A full read that lacks them says so, and nothing of a deletion."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.landed import Column, LandedBatch
from connectors.warehouse import replay
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import SuspiciousEmptyError
from connectors.warehouse.landing import load, recover

Land = Callable[..., LandedBatch]
COLUMNS = (
    Column("Id", "id", "VARCHAR"),
    Column("IsDeleted", "is_deleted", "BOOLEAN"),
    Column("Field", "field", "VARCHAR"),
    Column("CreatedDate", "created_date", "TIMESTAMP"),
)
END = datetime(2026, 6, 1, tzinfo=UTC)
TABLE = "opportunity_field_history"
# Years ago, in the year in which history is certainly kept, and today.
MADE = {"old": "2024-03-01", "aged": "2025-02-01", "middle": "2025-10-01", "young": "2026-05-01", "last": "2026-05-31"}


def rows(*keys: str) -> list[list[str]]:
    return [[key, "false", "StageName", f"{MADE[key]}T00:00:00.000Z"] for key in keys]


def read(land: Land, *keys: str) -> LandedBatch:
    """A full read that brings these rows."""
    return land(
        rows(*keys),
        columns=COLUMNS,
        mode="full",
        object_name="OpportunityFieldHistory",
        table=TABLE,
        cursor_name="created_date",
        window_end=END,
    )


def gone(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    found = warehouse.execute(f"SELECT id FROM raw_salesforce.{TABLE} WHERE _deletion_kind = 'hard' ORDER BY id")
    return [key for (key,) in found.fetchall()]


@pytest.mark.parametrize(
    ("kept", "deleted"),
    [
        (("middle", "young", "last"), []),
        (("aged", "young", "last"), ["middle"]),
        (("middle", "last"), ["young"]),
        (("last",), []),  # archived after a month, as an org may choose to
    ],
)
def test_a_full_read_that_lacks_old_history_deletes_only_what_the_source_would_still_show(
    warehouse: duckdb.DuckDBPyConnection, land: Land, kept: tuple[str, ...], deleted: list[str]
) -> None:
    load(warehouse, read(land, *MADE), run_id="r1")
    result = load(warehouse, read(land, *kept), run_id="r2")
    assert gone(warehouse) == deleted
    assert result.deleted == len(deleted)


def test_a_record_with_a_stamp_is_still_judged_by_its_absence(warehouse: duckdb.DuckDBPyConnection, land: Land) -> None:
    stamped = (*COLUMNS[:3], Column("SystemModstamp", "system_modstamp", "TIMESTAMP"))
    told = {"columns": stamped, "mode": "full", "table": TABLE, "window_end": END}
    load(warehouse, land(rows("old", "last"), **told), run_id="r1")
    load(warehouse, land(rows("last"), **told), run_id="r2")
    assert gone(warehouse) == ["old"]


def test_no_history_at_all_is_suspicious_only_while_some_should_be_there(
    warehouse: duckdb.DuckDBPyConnection, land: Land
) -> None:
    load(warehouse, read(land, "old", "aged"), run_id="r1")
    assert load(warehouse, read(land), run_id="r2").deleted == 0
    load(warehouse, read(land, "old", "last"), run_id="r3")
    with pytest.raises(SuspiciousEmptyError):
        load(warehouse, read(land), run_id="r4")


def test_recovery_and_replay_judge_history_as_the_load_did(tmp_path: Path, land_for_good: Land) -> None:
    file, landing = tmp_path / "warehouse.duckdb", tmp_path / "landing"
    with connect(file, threads=1) as connection:
        load(connection, read(land_for_good, *MADE), run_id="r1")
    shutil.copy(file, landing / "before")
    with connect(file, threads=1) as connection:
        load(connection, read(land_for_good, "middle", "last"), run_id="r2")
        assert gone(connection) == ["young"]
    done = replay.rebuild(file, landing)
    assert [one.is_equal for one in replay.compare(file, done.path)] == [True]
    with connect(done.path, read_only=True) as connection:
        assert gone(connection) == ["young"]
    shutil.copy(landing / "before", file)  # as if the process had died before it committed
    with connect(file, threads=1) as connection:
        assert recover(connection, landing) == 1
        assert gone(connection) == ["young"]
