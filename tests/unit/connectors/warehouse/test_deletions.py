"""How rows become tombstones and come back: lists of deletions, lists of Ids, merges."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors import landing_zone
from connectors.landed import Column, DeletionKind, LandedBatch, LandedDeletions
from connectors.warehouse import ledger
from connectors.warehouse.errors import LandedPageError, SuspiciousEmptyError
from connectors.warehouse.landing import load, load_deletions

STAMP = "2026-01-10T00:00:00.000Z"
STAMPED = datetime(2026, 1, 10, tzinfo=UTC)
END = datetime(2026, 1, 31, tzinfo=UTC)
ID = Column("Id", "id", "VARCHAR")
FLAG = Column("IsDeleted", "is_deleted", "BOOLEAN")
CREATED = Column("CreatedDate", "created_date", "TIMESTAMP")
SYSTEM = Column("SystemModstamp", "system_modstamp", "TIMESTAMP")
MASTER = Column("MasterRecordId", "master_record_id", "VARCHAR")
RECORDS = (ID, FLAG, CREATED, SYSTEM)
STATE = "SELECT id, is_deleted, _deletion_kind, _deleted_at FROM raw_salesforce.opportunity ORDER BY id"


def record(key: str, stamp: str = STAMP, is_deleted: str = "false") -> list[str]:
    return [key, is_deleted, STAMP, stamp]


@pytest.fixture
def three(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    load(warehouse, land([record("1"), record("2"), record("3")], columns=RECORDS, mode="full"), run_id="r1")


def listed(tmp_path: Path, *rows: tuple[str, datetime], kind: DeletionKind = "hard") -> LandedDeletions:
    return landing_zone.land_deletions(
        tmp_path / "landing",
        "salesforce",
        object_name="Opportunity",
        table="opportunity",
        kind=kind,
        rows=rows,
        run_id="r2",
        window_start=STAMPED,
        window_end=END,
    )


def state(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.execute(STATE).fetchall()


@pytest.mark.usefixtures("three")
def test_listed_records_become_tombstones_of_their_instant_and_kind(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    at = STAMPED + timedelta(hours=3)
    result = load_deletions(warehouse, listed(tmp_path, ("1", at), ("9", at)), run_id="r2")
    assert (result.rows_read, result.deleted, result.unchanged) == (2, 1, 1)
    assert state(warehouse)[0] == ("1", True, "hard", at.replace(tzinfo=None))
    assert state(warehouse)[1:] == [("2", False, None, None), ("3", False, None, None)]
    assert ledger.sync_states(warehouse)[0].row_count == 2
    assert [(entry.purpose, entry.rows_deleted) for entry in ledger.loads(warehouse, "r2")] == [("deletions", 1)]


@pytest.mark.usefixtures("three")
def test_a_list_that_comes_again_changes_nothing(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for _ in range(2):
        load_deletions(warehouse, listed(tmp_path, ("1", STAMPED)), run_id="r2")
    versions = warehouse.execute("SELECT count(*) FROM raw_salesforce.opportunity__changes").fetchone()
    assert versions == (4,)


@pytest.mark.usefixtures("three")
def test_a_record_that_changed_after_its_deletion_is_back(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert load_deletions(warehouse, listed(tmp_path, ("1", STAMPED - timedelta(days=1))), run_id="r2").deleted == 0
    assert state(warehouse)[0][2] is None


@pytest.mark.usefixtures("three")
def test_a_listed_record_that_is_read_again_is_alive(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], tmp_path: Path
) -> None:
    load_deletions(warehouse, listed(tmp_path, ("1", STAMPED)), run_id="r2")
    load(warehouse, land([record("1", "2026-01-11T00:00:00.000Z")], columns=RECORDS), run_id="r3")
    assert state(warehouse)[0] == ("1", False, None, None)


@pytest.mark.usefixtures("three")
def test_a_list_that_is_not_as_it_was_landed_is_refused(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    deletions = listed(tmp_path, ("1", STAMPED), ("2", STAMPED))
    deletions.file.write_bytes(listed(tmp_path, ("1", STAMPED)).file.read_bytes())
    with pytest.raises(LandedPageError, match="lists 1 deletions, but 2 were landed"):
        load_deletions(warehouse, deletions, run_id="r2")
    assert state(warehouse)[0][2] is None


@pytest.mark.usefixtures("three")
def test_what_a_list_of_ids_lacks_is_gone_unless_it_was_created_after_it(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    young = ["4", "false", "2026-02-02T00:00:00.000Z", "2026-02-02T00:00:00.000Z"]
    later = {"window_end": END + timedelta(days=9)}
    load(warehouse, land([young], columns=RECORDS, **later), run_id="r2")
    result = load(warehouse, land([["2"], ["3"]], columns=[ID], mode="full", purpose="ids"), run_id="r3")
    assert result.deleted == 1
    assert [row[2] for row in state(warehouse)] == ["hard", None, None, None]
    assert ledger.cursor(warehouse, "Opportunity") == later["window_end"]
    assert ledger.sync_states(warehouse)[0].row_count == 3


@pytest.mark.usefixtures("three")
def test_a_record_is_back_when_a_list_of_ids_names_it_again(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    for run, ids in (("r2", [["2"], ["3"]]), ("r3", [["1"], ["2"], ["3"]])):
        load(warehouse, land(ids, columns=[ID], mode="full", purpose="ids"), run_id=run)
    assert state(warehouse)[0] == ("1", False, None, None)


@pytest.mark.usefixtures("three")
def test_a_list_of_ids_with_the_flag_tells_soft_from_hard(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    batch = land([["1", "true"], ["2", "false"]], columns=[ID, FLAG], mode="full", purpose="ids")
    load(warehouse, batch, run_id="r2")
    assert [row[1:3] for row in state(warehouse)] == [(True, "soft"), (False, None), (True, "hard")]


@pytest.mark.usefixtures("three")
def test_an_empty_list_of_ids_is_no_deletion_of_everything(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    with pytest.raises(SuspiciousEmptyError):
        load(warehouse, land([], columns=[ID], mode="full", purpose="ids"), run_id="r2")


def test_ids_that_the_warehouse_lacks_are_told(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([record("1")], columns=RECORDS, mode="full"), run_id="r1")
    load(warehouse, land([["1"], ["2"]], columns=[ID], mode="full", purpose="ids"), run_id="r2")
    found = warehouse.execute("SELECT measure, source_count, warehouse_count, is_equal FROM ops.reconciliation")
    assert found.fetchall() == [("ids", 2, 1, False)]


def test_a_record_that_was_merged_into_another_leads_to_it(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    rows = [[*record("1", is_deleted="true"), "2"], [*record("2"), ""], [*record("3", is_deleted="true"), ""]]
    load(warehouse, land(rows, columns=(*RECORDS, MASTER)), run_id="r1")
    assert [row[2] for row in state(warehouse)] == ["merged", None, "soft"]
    load(warehouse, land([[*record("1", "2026-01-12T00:00:00.000Z"), ""]], columns=(*RECORDS, MASTER)), run_id="r2")
    assert state(warehouse)[0] == ("1", False, None, None)


@pytest.mark.usefixtures("three")
def test_a_refresh_neither_adds_nor_removes_and_leaves_what_is_newer(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    newer = [record("3", "2026-02-05T00:00:00.000Z")]
    load(warehouse, land(newer, columns=RECORDS, window_end=END + timedelta(days=9)), run_id="r2")
    score = [ID, Column("Score__c", "score__c", "DOUBLE")]
    refresh = land([["1", "5"], ["3", "7"], ["9", "9"]], columns=score, mode="full", purpose="refresh")
    result = load(warehouse, refresh, run_id="r3")
    assert (result.inserted, result.updated, result.deleted) == (0, 1, 0)
    scores = warehouse.execute("SELECT score__c FROM raw_salesforce.opportunity ORDER BY id").fetchall()
    assert scores == [(5.0,), (None,), (None,)]
    assert load(warehouse, refresh, run_id="r4").updated == 0
