"""The landing zone alone rebuilds the raw schema: after crashes, a lost warehouse, and a base."""

import dataclasses
import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import duckdb
import pytest

from connectors import landing_zone
from connectors.landed import Column, LandedBatch
from connectors.landing_zone import LandingZoneError
from connectors.warehouse import base, ledger, replay
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import LandedPageError, NothingToReplayError, RepeatedRowsError
from connectors.warehouse.landing import load, load_deletions, recover
from connectors.warehouse.logbook import Logbook, Options, next_entry
from connectors.warehouse.retention import prune
from connectors.warehouse.schemas import ensure_table

Land = Callable[..., LandedBatch]
DAYS = [f"2026-01-{day:02}T00:00:00.000Z" for day in range(1, 20)]
ENDS = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in range(1, 20)]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = (Column("Id", "id", "VARCHAR"), Column("Name", "name", "VARCHAR"))
EXPECTED = (Column("NextStep", "next_step", "VARCHAR"),)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def fill(connection: duckdb.DuckDBPyConnection, land: Land, landing: Path) -> None:
    """A history with everything in it: changes, a late row, rejects, deletions, a sweep, a refresh, drift."""
    first = [[str(n), "false", DAYS[0], f"Deal {n}\r\n\x00", "1.005" if n == 2 else "7"] for n in range(9)]
    load(connection, land(first[:5], first[5:], mode="full", window_end=ENDS[0]), expected=EXPECTED, run_id="r1")
    changed = [["1", "false", DAYS[2], "Changed", "8"], ["3", "true", DAYS[2], "Gone", ""]]
    load(connection, land(changed, window_end=ENDS[2]), expected=EXPECTED, run_id="r2", org_id="00D")
    deletions = landing_zone.land_deletions(
        landing,
        "salesforce",
        object_name="Opportunity",
        table="opportunity",
        kind="hard",
        rows=[("4", ENDS[3])],
        run_id="r3",
        window_start=ENDS[2],
        window_end=ENDS[4],
    )
    load_deletions(connection, deletions, run_id="r3")
    wider = (*land().columns, Column("Score__c", "score__c", "DOUBLE"))
    load(
        connection, land([["1", "false", DAYS[5], "Scored", "8", "3"]], columns=wider, window_end=ENDS[5]), run_id="r4"
    )
    refresh = land([["5", "1"], ["6", "2"]], columns=(NAMES[0], wider[-1]), mode="full", purpose="refresh")
    load(connection, refresh, run_id="r5")
    ids = land([[str(n)] for n in range(8)], columns=NAMES[:1], mode="full", purpose="ids", window_end=ENDS[5])
    load(connection, ids, run_id="r6")
    users = land([["u", "Ann"]], columns=NAMES, mode="full", table="user", object_name="User")
    load(connection, users, run_id="r6")
    ensure_table(connection, "lead", (), expected=EXPECTED, object_name="Lead")


def rebuilt_equals(file: Path, landing: Path) -> replay.Rebuilt:
    done = replay.rebuild(file, landing)
    found = replay.compare(file, done.path)
    assert {one.table for one in found} >= {"opportunity", "user"}
    assert [one for one in found if not one.is_equal] == []
    return done


def test_every_version_of_every_row_is_rebuilt_from_the_landing_zone_alone(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    with connect(file, threads=1) as connection:
        fill(connection, land_for_good, landing)
        query = "SELECT count(*) FROM raw_salesforce.opportunity__changes"
        assert connection.execute(query).fetchone() == (17,)
        states = ledger.sync_states(connection)
    done = rebuilt_equals(file, landing)
    assert (done.loads, done.base_number) == (7, 0)
    with connect(done.path, read_only=True) as connection:
        assert ledger.sync_states(connection) == states
        assert len(ledger.rejects(connection)) == 1


def test_a_difference_is_found(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        fill(connection, land_for_good, landing)
        connection.execute("UPDATE raw_salesforce.opportunity__changes SET name = 'other' WHERE id = '7'")
    done = replay.rebuild(file, landing)
    assert [one.table for one in replay.compare(file, done.path) if not one.is_equal] == ["opportunity"]


def test_a_rebuilt_warehouse_takes_the_old_ones_place_with_what_only_that_knew(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    with connect(file, threads=1) as connection:
        fill(connection, land_for_good, landing)
        connection.execute(
            "CREATE SCHEMA marts; CREATE TABLE marts.facts (n INT NOT NULL); INSERT INTO marts.facts VALUES (7)"
        )
        connection.execute("CREATE VIEW marts.shown AS SELECT n FROM warehouse.marts.facts")
        connection.execute("CREATE VIEW marts.seen AS SELECT n FROM warehouse.marts.shown")
        connection.execute("INSERT INTO ops.publications BY NAME SELECT 'v1' AS version")
    done = replay.rebuild(file, landing)
    replay.carry_over(file, done.path)
    old = replay.swap(file, done.path)
    assert old is not None and old.exists() and not done.path.exists()
    with connect(file) as connection:
        assert connection.execute("SELECT n FROM marts.seen").fetchall() == [(7,)]
        assert connection.execute("SELECT version FROM ops.publications").fetchall() == [("v1",)]
        batch = land_for_good([["1", "false", DAYS[9], "Later", "8"]], window_end=ENDS[9])
        assert load(connection, batch, run_id="r9").updated == 1


def test_a_page_that_changed_ends_the_rebuilding(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        batch = land_for_good([["1", "false", DAYS[0], "One", "1"]])
        load(connection, batch, run_id="r1")
    batch.pages[0].path.write_bytes(b"other")
    with pytest.raises(LandedPageError):
        replay.rebuild(file, landing)
    shutil.rmtree(batch.pages[0].path.parent)
    with pytest.raises(LandingZoneError):
        replay.rebuild(file, landing)


def test_nothing_is_rebuilt_from_nothing(file: Path, landing: Path) -> None:
    with pytest.raises(NothingToReplayError, match="no load is written down"):
        replay.rebuild(file, landing)


def test_a_load_that_was_killed_is_done_again_before_the_next_one(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["1", "false", DAYS[0], "One", "1"]]), run_id="r1")
    shutil.copy(file, landing / "before")
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["2", "false", DAYS[1], "Two", "1"]], window_end=ENDS[2]), run_id="r2")
        killed = connection.execute("SELECT * FROM raw_salesforce.opportunity ORDER BY id").fetchall()
    shutil.copy(landing / "before", file)  # as if the process had died before it committed
    with connect(file, threads=1) as connection:
        assert recover(connection, landing) == 1
        assert connection.execute("SELECT * FROM raw_salesforce.opportunity ORDER BY id").fetchall() == killed
        assert recover(connection, landing) == 0
    shutil.copy(landing / "before", file)
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["2", "false", DAYS[3], "Deux", "1"]], window_end=ENDS[3]), run_id="r3")
        names = connection.execute("SELECT name FROM raw_salesforce.opportunity__changes ORDER BY name").fetchall()
    assert names == [("Deux",), ("One",), ("Two",)]
    rebuilt_equals_one(file, landing)


def rebuilt_equals_one(file: Path, landing: Path) -> None:
    done = replay.rebuild(file, landing)
    assert [one.is_equal for one in replay.compare(file, done.path)] == [True]


def test_a_load_that_failed_is_not_done_again(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        batch = land_for_good([["1", "false", DAYS[0], "One", "1"]])
        broken = dataclasses.replace(batch, seconds=cast(float, "many"))
        with pytest.raises(TypeError):
            load(connection, broken, run_id="r1")
        assert Logbook(landing).entries() == ()
        assert recover(connection, landing) == 0


def test_a_batch_with_repeated_rows_is_given_up_and_never_done_again(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    """Neither by the load that meets it, nor by the recovery of one that was killed before it could tell."""
    twice = [["1", "false", DAYS[0], "One", "1"]] * 2
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([twice[0]], window_end=ENDS[0]), run_id="r1")
        refused = land_for_good(twice, window_end=ENDS[1])
        with pytest.raises(RepeatedRowsError):
            load(connection, refused, run_id="r2")
        killed = land_for_good(twice, window_end=ENDS[2])
        Logbook(landing).append(next_entry(connection, "batch", killed.folder, "r3", None, Options()))
        assert (len(Logbook(landing).entries()), recover(connection, landing)) == (2, 0)
        assert [ledger.cursor(connection, "Opportunity"), recover(connection, landing)] == [ENDS[0], 0]
    for folder in (refused.folder, killed.folder):
        assert folder is not None
        with pytest.raises(LandingZoneError, match="it is abandoned"):
            landing_zone.read_batch(folder)
    rebuilt_equals_one(file, landing)


def test_a_torn_last_line_of_the_logbook_is_passed_over(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["1", "false", DAYS[0], "One", "1"]]), run_id="r1")
        path = landing / "loads.jsonl"
        path.write_bytes(path.read_bytes() + b'{"number": 2, "ki')
        load(connection, land_for_good([["2", "false", DAYS[0], "Two", "1"]]), run_id="r2")
    assert [entry.number for entry in Logbook(landing).entries()] == [1, 2]
    rebuilt_equals_one(file, landing)


def test_a_lost_warehouse_comes_back_at_the_next_sync(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        fill(connection, land_for_good, landing)
    lost = file.rename(file.with_name("lost.duckdb"))
    with connect(file, threads=1) as connection:
        assert recover(connection, landing) == 7
    assert all(one.is_equal for one in replay.compare(lost, file))


def test_a_gap_in_the_landing_zone_leaves_the_cursor_before_it(file: Path, landing: Path, land_for_good: Land) -> None:
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["1", "false", DAYS[0], "One", "1"]], window_end=ENDS[0]), run_id="r1")
        gap = land_for_good([["2", "false", DAYS[1], "Two", "1"]], window_end=ENDS[1])
        load(connection, gap, run_id="r2")
        load(connection, land_for_good([["3", "false", DAYS[2], "Three", "1"]], window_end=ENDS[2]), run_id="r3")
    shutil.rmtree(gap.pages[0].path.parent)
    file.unlink()
    with connect(file, threads=1) as connection:
        assert recover(connection, landing) == 1
        assert ledger.cursor(connection, "Opportunity") == ENDS[0]


def test_what_is_older_than_the_bound_goes_and_the_rebuilding_stays_possible(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    with connect(file, threads=1) as connection:
        fill(connection, land_for_good, landing)
        never_loaded = land_for_good([["8", "false", DAYS[0], "Eight", "1"]])
        assert prune(connection, landing, None).folders == 0
        assert prune(connection, landing, 30, now=datetime.now(UTC)).folders == 0
        assert base.newest(landing) is None
        done = prune(connection, landing, 30, now=datetime.now(UTC) + timedelta(days=31))
        assert (done.folders, done.base_number) == (7, 7)
        assert done.bytes > 0
        left = {path.parent for path in landing.glob("salesforce/*/*/manifest.json")}
        assert never_loaded.folder in left
        assert not left & {entry.folder for entry in Logbook(landing).entries()}
    assert rebuilt_equals(file, landing).base_number == 7
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["1", "false", DAYS[9], "Later", "8"]], window_end=ENDS[9]), run_id="r9")
    done_again = rebuilt_equals(file, landing)
    assert (done_again.loads, done_again.base_number) == (1, 7)
    lost = file.rename(file.with_name("lost.duckdb"))
    with connect(file, threads=1) as connection:
        recover(connection, landing)
    assert all(one.is_equal for one in replay.compare(lost, file))


def test_loads_of_before_the_logbook_get_a_base(file: Path, landing: Path, land: Land) -> None:
    with connect(file, threads=1) as connection:
        load(connection, land([["1", "false", DAYS[0], "One", "1"]]), run_id="r1")
        connection.execute("UPDATE ops.loads SET load_number = NULL")
        landing.mkdir()
        prune(connection, landing, None)
    rebuilt_equals_one(file, landing)


def test_a_run_that_ends_just_after_a_load_has_committed_leaves_the_load_in_the_landing_zone(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    class Interrupted(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    told, handler = logging.getLogger("salespulse.warehouse"), Interrupted(logging.INFO)
    level = told.level
    told.setLevel(logging.INFO)
    told.addHandler(handler)
    try:
        with connect(file, threads=1) as connection, pytest.raises(KeyboardInterrupt):
            load(connection, land_for_good([["1", "false", DAYS[0], "One", "1"]]), run_id="r1")
    finally:
        told.removeHandler(handler)
        told.setLevel(level)
    with connect(file, threads=1) as connection:
        assert ledger.cursor(connection, "Opportunity") is not None
    rebuilt_equals_one(file, landing)


def test_pages_that_were_loaded_twice_stay_until_the_second_load_is_old(
    file: Path, landing: Path, land_for_good: Land
) -> None:
    """What a killed run has loaded and left its mark on is loaded again by the next one, here after a base."""
    days = [NOW + timedelta(days=day) for day in range(5)]
    with connect(file, threads=1) as connection:
        load(connection, land_for_good([["0", "false", DAYS[0], "Zero", "1"]]), run_id="r0", now=days[0])
        batch = land_for_good([["1", "false", DAYS[0], "One", "1"]])
        load(connection, batch, run_id="r1", now=days[1])
        assert prune(connection, landing, 1, now=days[1] + timedelta(hours=1)).base_number == 2
        load(connection, batch, run_id="r2", now=days[2])
        assert prune(connection, landing, 1, now=days[2] + timedelta(hours=1)).bytes == 0
    rebuilt_equals_one(file, landing)
    with connect(file, threads=1) as connection:
        assert prune(connection, landing, 1, now=days[4]).bytes > 0
    rebuilt_equals_one(file, landing)


def test_a_part_that_is_behind_the_cursor_does_not_change_what_the_cursor_is_of(
    file: Path, land_for_good: Land
) -> None:
    row = [["1", "false", DAYS[0], "One", "1"]]
    with connect(file, threads=1) as connection:
        for cursor_name, end, expected in (
            ("created_date", ENDS[5], "created_date"),
            ("system_modstamp", ENDS[3], "created_date"),
            ("system_modstamp", ENDS[6], "system_modstamp"),
        ):
            load(connection, land_for_good(row, cursor_name=cursor_name, window_end=end), run_id="r")
            assert ledger.cursor_name(connection, "Opportunity") == expected
