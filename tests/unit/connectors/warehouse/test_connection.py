"""Opening files: settings, every reason not to open one, transactions, and the lock of a run."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import (
    STORAGE_VERSION,
    RunLock,
    connect,
    explain,
    lightly_compressed,
    storage_version,
    transaction,
    use_all_threads,
    use_one_thread,
)
from connectors.warehouse.errors import (
    WarehouseError,
    WarehouseFolderError,
    WarehouseLockedError,
    WarehouseMissingError,
    WarehouseUnreadableError,
    WarehouseVersionError,
)

HOLD_FILE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""
HOLD_RUN = """
import sys, pathlib
from connectors.warehouse.connection import RunLock
with RunLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(code: str, path: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", code, str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_session_and_its_cursors_are_in_utc_and_load_no_extensions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with connect(tmp_path / "new folder" / "w.duckdb", memory_limit="1GB", threads=1) as connection:
        names = (
            "TimeZone",
            "preserve_insertion_order",
            "autoinstall_known_extensions",
            "threads",
            "memory_limit",
        )
        values = [connection.cursor().execute(f"SELECT current_setting('{name}')").fetchone() for name in names]
    assert values == [("UTC",), (False,), (False,), (1,), ("953.6 MiB",)]


def test_a_file_that_another_process_holds_is_refused_with_its_pid(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with holder(HOLD_FILE, path) as process:
        with pytest.raises(WarehouseLockedError, match=f"process {process.pid}.*Wait until it is done") as caught:
            connect(path)
        process.kill()
    assert caught.value.pid == process.pid


def test_waiting_gets_the_file_when_the_other_process_is_done(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with holder(HOLD_FILE, path) as process:
        started = time.monotonic()
        with pytest.raises(WarehouseLockedError):
            connect(path, wait_seconds=0.2)
        assert time.monotonic() - started >= 0.2
        process.kill()
        with connect(path, wait_seconds=5) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_warehouse_is_made_in_the_storage_that_is_cheaper_to_write_and_one_that_is_there_keeps_its_own(
    tmp_path: Path,
) -> None:
    with connect(tmp_path / "new.duckdb") as connection:
        assert storage_version(connection) == f"{STORAGE_VERSION}+"
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        version = storage_version(connection)
    with connect(tmp_path / "old.duckdb") as connection:
        assert connection.execute("FROM kept").fetchall() == [(1,)]
        assert storage_version(connection) == version != f"{STORAGE_VERSION}+"


def test_a_text_file_is_no_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_text("Opportunity,Amount\n" * 500)
    with pytest.raises(WarehouseUnreadableError, match="not a valid DuckDB database"):
        connect(path)


def test_a_damaged_file_is_told_from_a_locked_one(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with connect(path) as connection:
        connection.execute("CREATE TABLE numbers AS FROM range(1000)")
    content = bytearray(path.read_bytes())
    content[100:200] = b"x" * 100
    path.write_bytes(content)
    with pytest.raises(WarehouseUnreadableError, match="Move the file away"):
        connect(path)


def test_reading_before_the_first_load_says_that_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissingError, match="Run the pipeline once"):
        connect(tmp_path / "w.duckdb", read_only=True)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(WarehouseFolderError, match="SALESPULSE_HOME"):
        connect(tmp_path / "home" / "w.duckdb")
    with pytest.raises(WarehouseFolderError):
        RunLock(tmp_path / "home").__enter__()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ('IO Error: Cannot open file "/h/w.duckdb": Permission denied', WarehouseFolderError),
        ("IO Error: Could not write file: No space left on device", WarehouseFolderError),
        ("IO Error: Trying to read a database file with version number 99, but ...", WarehouseVersionError),
        ("Connection Error: Can't open a connection to same database file", WarehouseError),
    ],
)
def test_what_cannot_be_provoked_here_is_explained_from_its_message(message: str, kind: type[WarehouseError]) -> None:
    assert type(explain(Path("/h/w.duckdb"), message)) is kind


def test_a_wrong_memory_limit_is_refused_and_leaves_no_open_file(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="memory limit"):
        connect(tmp_path / "w.duckdb", memory_limit="plenty")
    with holder(HOLD_FILE, tmp_path / "w.duckdb") as process:
        process.kill()


def test_a_transaction_keeps_all_or_nothing(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        with transaction(connection):
            connection.execute("CREATE TABLE kept AS SELECT 1")
        with pytest.raises(KeyboardInterrupt), transaction(connection):
            connection.execute("CREATE TABLE dropped AS SELECT 1")
            raise KeyboardInterrupt
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("kept",)]


def test_a_second_run_is_refused_with_pid_and_start_of_the_first(tmp_path: Path) -> None:
    with holder(HOLD_RUN, tmp_path) as process:
        with pytest.raises(WarehouseLockedError, match=f"process {process.pid} since 20") as caught:
            RunLock(tmp_path).__enter__()
        assert caught.value.since is not None
        assert abs((datetime.now(UTC) - caught.value.since).total_seconds()) < 30
        process.kill()
        process.wait()
        with RunLock(tmp_path) as lock:
            assert lock.path == tmp_path / "run.lock"


def test_a_run_lock_holds_while_warehouse_connections_come_and_go(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        with connect(tmp_path / "w.duckdb"):
            pass
        with pytest.raises(WarehouseLockedError):
            RunLock(tmp_path).__enter__()
    with RunLock(tmp_path):
        pass


def test_light_compression_ends_with_what_it_was_for(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        setting = "SELECT current_setting('disabled_compression_methods')"
        before = connection.execute(setting).fetchone()
        with pytest.raises(ZeroDivisionError), lightly_compressed(connection):
            assert connection.execute(setting).fetchone() == ("FSST",)
            raise ZeroDivisionError
        assert connection.execute(setting).fetchone() == before


def test_what_needs_many_threads_gets_back_those_of_the_opening(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb", threads=3) as connection:
        setting = "SELECT current_setting('threads')"
        use_all_threads(connection)
        assert connection.execute(setting).fetchone() == (3,)
        for _ in range(2):
            use_one_thread(connection)
            assert connection.execute(setting).fetchone() == (1,)
        use_all_threads(connection)
        assert connection.execute(setting).fetchone() == (3,)
