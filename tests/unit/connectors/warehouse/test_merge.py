"""Merging versions: newer wins, deletions become tombstones, what is back is alive again."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
import pytest

from connectors.landed import Column, LandedBatch
from connectors.warehouse import ledger
from connectors.warehouse.landing import load

MONDAY, TUESDAY, WEDNESDAY = (f"2026-01-0{day}T00:00:00.000Z" for day in (5, 6, 7))
TUESDAY_MIDNIGHT = datetime(2026, 1, 6)
LATER = {"window_end": datetime(2026, 2, 1, tzinfo=UTC)}
USERS = (Column("Id", "id", "VARCHAR"), Column("Name", "name", "VARCHAR"))


def deal(key: str, stamp: str, name: str = "Deal", is_deleted: str = "false") -> list[str]:
    return [key, is_deleted, stamp, name, "1.00"]


def stored(warehouse: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[object, ...]]:
    return warehouse.execute(f"SELECT {columns} FROM raw_salesforce.opportunity ORDER BY id").fetchall()


def versions(warehouse: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[object, ...]]:
    query = f"SELECT {columns} FROM raw_salesforce.opportunity__changes ORDER BY _seen_at, id"
    return warehouse.execute(query).fetchall()


@pytest.fixture
def first(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    load(warehouse, land([deal("1", TUESDAY, "One"), deal("2", TUESDAY, "Two")], mode="full"), run_id="r1")


@pytest.mark.usefixtures("first")
def test_a_changed_row_is_replaced_and_both_versions_stay_in_the_change_log(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    result = load(warehouse, land([deal("1", WEDNESDAY, "Uno"), deal("2", TUESDAY, "Two")]), run_id="r2")
    assert (result.inserted, result.updated, result.unchanged) == (0, 1, 1)
    assert stored(warehouse, "name, _load_id") == [("Uno", "r2"), ("Two", "r1")]
    assert versions(warehouse, "name") == [("One",), ("Two",), ("Uno",)]


@pytest.mark.usefixtures("first")
def test_rows_of_every_fate_in_one_window_are_counted_each(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([deal("3", TUESDAY, "Three"), deal("4", TUESDAY, "Four")]), run_id="r2")
    window = [
        deal("1", WEDNESDAY, "Uno"),
        deal("2", MONDAY, "Late"),
        deal("3", WEDNESDAY, "Gone", is_deleted="true"),
        deal("4", TUESDAY, "Four"),
        deal("5", WEDNESDAY, "New"),
        deal("6", WEDNESDAY, "Neither seen nor there", is_deleted="true"),
    ]
    result = load(warehouse, land(window), run_id="r3")
    assert (result.inserted, result.updated, result.unchanged, result.deleted) == (2, 2, 2, 2)
    (state,) = ledger.sync_states(warehouse)
    assert state.row_count == 4
    living = "SELECT name FROM raw_salesforce.opportunity WHERE _deleted_at IS NULL ORDER BY id"
    assert warehouse.execute(living).fetchall() == [("Uno",), ("Two",), ("Four",), ("New",)]
    ended = "SELECT name FROM raw_salesforce.opportunity__changes WHERE _superseded_at IS NOT NULL ORDER BY id"
    assert warehouse.execute(ended).fetchall() == [("One",), ("Three",)]


@pytest.mark.usefixtures("first")
def test_an_older_row_that_comes_late_is_ignored(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    result = load(warehouse, land([deal("1", MONDAY, "Old")]), run_id="r2")
    assert (result.updated, result.unchanged) == (0, 1)
    assert stored(warehouse, "name") == [("One",), ("Two",)]
    assert len(versions(warehouse, "id")) == 2


@pytest.mark.usefixtures("first")
def test_a_change_that_moves_no_stamp_is_seen(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    assert load(warehouse, land([deal("1", TUESDAY, "A formula")]), run_id="r2").updated == 1


@pytest.mark.usefixtures("first")
def test_a_deleted_record_becomes_a_tombstone_stamped_with_its_deletion(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    deleted = land([deal("1", WEDNESDAY, "One", is_deleted="true")], **LATER)
    assert load(warehouse, deleted, run_id="r2").deleted == 1
    midnight = TUESDAY_MIDNIGHT.replace(day=7)
    assert stored(warehouse, "_deleted_at, _deletion_kind") == [(midnight, "soft"), (None, None)]
    purged = land([deal("1", "2026-01-09T00:00:00.000Z", "Purged", is_deleted="true")], **LATER)
    assert load(warehouse, purged, run_id="r3").deleted == 0
    assert stored(warehouse, "name, _deleted_at")[0] == ("Purged", midnight)


@pytest.mark.usefixtures("first")
def test_an_undeleted_record_is_alive_again(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([deal("1", TUESDAY, "One", is_deleted="true")]), run_id="r2")
    assert stored(warehouse, "_deleted_at")[0] == (TUESDAY_MIDNIGHT,)
    load(warehouse, land([deal("1", WEDNESDAY, "One")]), run_id="r3")
    assert stored(warehouse, "is_deleted, _deleted_at, _deletion_kind")[0] == (False, None, None)


@pytest.mark.usefixtures("first")
def test_a_record_that_a_full_read_lacks_is_a_hard_deletion_and_may_come_back(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    result = load(warehouse, land([deal("2", TUESDAY, "Two")], mode="full", **LATER), run_id="r2")
    assert (result.deleted, result.updated, result.unchanged) == (1, 0, 1)
    columns = "is_deleted, name, _deleted_at, _deletion_kind"
    first_of_february = datetime(2026, 2, 1)
    assert stored(warehouse, columns)[0] == (True, "One", first_of_february, "hard")
    assert versions(warehouse, "id, _deletion_kind")[-1] == ("1", "hard")
    back = land([deal("1", TUESDAY, "One"), deal("2", TUESDAY, "Two")], mode="full", **LATER)
    assert load(warehouse, back, run_id="r3").updated == 1
    assert stored(warehouse, columns)[0] == (False, "One", None, None)


def test_without_a_deletion_flag_a_missing_record_is_a_tombstone_until_it_is_back(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    both = land([["1", "Ann"], ["2", "Bob"]], columns=USERS, mode="full")
    load(warehouse, both, run_id="r1")
    load(warehouse, land([["2", "Bob"]], columns=USERS, mode="full"), run_id="r2")
    assert stored(warehouse, "name, _deletion_kind") == [("Ann", "hard"), ("Bob", None)]
    load(warehouse, both, run_id="r3")
    assert stored(warehouse, "name, _deletion_kind") == [("Ann", None), ("Bob", None)]


@pytest.mark.usefixtures("first")
def test_an_incremental_read_deletes_nothing_by_absence(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([deal("2", TUESDAY, "Two")]), run_id="r2")
    assert stored(warehouse, "_deleted_at") == [(None,), (None,)]


@pytest.mark.usefixtures("first")
def test_a_full_read_does_not_judge_records_that_are_newer_than_itself(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    before_both = {"window_end": datetime(2026, 1, 5, tzinfo=UTC)}
    assert load(warehouse, land([deal("9", MONDAY)], mode="full", **before_both), run_id="r2").deleted == 0
    load(warehouse, land([deal("3", "2026-03-01T00:00:00.000Z")]), run_id="r3")
    assert load(warehouse, land([deal("9", MONDAY)], mode="full", **LATER), run_id="r4").deleted == 2
    assert stored(warehouse, "id, _deletion_kind") == [("1", "hard"), ("2", "hard"), ("3", None), ("9", None)]


def test_versions_of_many_records_merge_like_a_dictionary(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([deal(f"{n:04}", MONDAY, "first") for n in range(3000)]), run_id="r1")
    result = load(warehouse, land([deal(f"{n:04}", TUESDAY, "second") for n in range(2000, 5000)]), run_id="r2")
    assert (result.inserted, result.updated) == (2000, 1000)
    counts = warehouse.execute("SELECT name, count(*) FROM raw_salesforce.opportunity GROUP BY 1 ORDER BY 1")
    assert counts.fetchall() == [("first", 2000), ("second", 3000)]


@pytest.mark.parametrize("coming", [("", MONDAY, TUESDAY, WEDNESDAY), (TUESDAY, WEDNESDAY), ("",)])
def test_whichever_stamps_and_deletions_meet_the_newer_version_holds(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], coming: tuple[str, ...]
) -> None:
    flags = ("false", "true")
    met = list(itertools.product(("", MONDAY, TUESDAY, WEDNESDAY), coming, flags, flags, ("Old", "New")))
    before = [deal(f"{number:03}", stamp, "Old", gone) for number, (stamp, _, gone, _, _) in enumerate(met)]
    after = [deal(f"{number:03}", stamp, name, gone) for number, (_, stamp, _, gone, name) in enumerate(met)]
    load(warehouse, land(before, mode="full"), run_id="r1")
    result = load(warehouse, land([*after, deal("new", TUESDAY)], **LATER), run_id="r2")
    expected = []
    for number, (old, new, was_gone, is_gone, name) in enumerate(met):
        is_older, is_newer = (bool(old and new) and new < old), (bool(old and new) and new > old)
        is_changed = is_newer or (not is_older and (old, was_gone, "Old") != (new, is_gone, name))
        gone = is_gone if is_changed else was_gone
        told = (old or "2026-01-31") if was_gone == "true" else (new or "2026-02-01")
        deleted_at = datetime.fromisoformat(told).replace(tzinfo=None) if gone == "true" else None
        expected.append((f"{number:03}", name if is_changed else "Old", deleted_at, "r2" if is_changed else "r1"))
    rows = stored(warehouse, "id, name, _deleted_at, _load_id")
    assert rows == [*expected, ("new", "Deal", None, "r2")]
    assert (result.inserted, result.updated) == (1, sum(load_id == "r2" for *_, load_id in expected))
    assert len(versions(warehouse, "id")) == len(met) + 1 + result.updated
    (state,) = ledger.sync_states(warehouse)
    assert state.row_count == sum(deleted_at is None for _, _, deleted_at, _ in rows)
