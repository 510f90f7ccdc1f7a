"""Opening DuckDB files (the only `duckdb.connect` of the project), transactions, and the run lock.

What is in the files is the business of the other modules.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from connectors.warehouse.errors import (
    WarehouseError,
    WarehouseFolderError,
    WarehouseLockedError,
    WarehouseMissingError,
    WarehouseUnreadableError,
    WarehouseVersionError,
)
from connectors.warehouse.instants import now
from connectors.warehouse.names import literal

RETRY_SECONDS = 0.1

# Of a file that is made here: the oldest DuckDB that can read it. Texts are written for a quarter less CPU seconds, and
# read for less too, than in what DuckDB takes by itself for the sake of older readers, who have the published file.
STORAGE_VERSION = "v1.4.0"

# A variable of a connection: how many threads it was opened with.
ALL_THREADS = "salespulse_threads"


def connect(
    path: Path | str,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
    wait_seconds: float = 0,
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file; the connection is a context manager that closes itself.

    `memory_limit` is in DuckDB's spelling ("2GB"). A file that another process holds is tried again
    for `wait_seconds`. Raises WarehouseLockedError, WarehouseMissingError, WarehouseUnreadableError,
    WarehouseVersionError or WarehouseFolderError.
    """
    file = Path(path)
    if not read_only:
        _make_folder(file)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            if not read_only and not file.exists():
                _make(file)
            connection = duckdb.connect(str(file), read_only=read_only)
        except duckdb.Error as error:
            explained = explain(file, str(error))
            if not isinstance(explained, WarehouseLockedError) or time.monotonic() >= deadline:
                raise explained from error
            time.sleep(RETRY_SECONDS)
        else:
            return _configured(connection, memory_limit, threads)


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseFolderError(file, error.strerror or str(error)) from error


def _make(file: Path) -> None:
    # Not by the connection that stays: it would be one of another configuration than the others of its process.
    with duckdb.connect() as maker:
        maker.execute(f"ATTACH {literal(str(file))} (STORAGE_VERSION {literal(STORAGE_VERSION)})")


def _configured(
    connection: duckdb.DuckDBPyConnection, memory_limit: str | None, threads: int | None
) -> duckdb.DuckDBPyConnection:
    # Not a config at opening, on which all connections of a process must agree; global, for cursors too.
    settings: dict[str, str | int | bool | None] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
        "TimeZone": "UTC",
        "memory_limit": memory_limit,
        "threads": threads,
    }
    try:
        for name, value in settings.items():
            if value is not None:
                connection.execute(f"SET GLOBAL {name} = '{value}'")
    except duckdb.Error as error:
        connection.close()
        raise WarehouseError(
            f"DuckDB refuses a setting ({_first_line(str(error))}). Check the memory limit (such as 2GB) and "
            "the number of threads."
        ) from error
    return connection


def explain(path: Path, message: str) -> WarehouseError:
    """What DuckDB's message on opening `path` means to somebody who runs the pipeline."""
    reason = _first_line(message)
    holder = re.search(r"\(PID (\d+)\)", message)
    if "set lock on file" in message:
        return WarehouseLockedError(path, int(holder[1]) if holder else None)
    if "database does not exist" in message:
        return WarehouseMissingError(path)
    if "version number" in message or "storage version" in message:
        return WarehouseVersionError(path, reason)
    if re.search("not a valid DuckDB database|Corrupt|Could not read|checksum|Serialization", message):
        return WarehouseUnreadableError(path, reason)
    if "Cannot open file" in message or "No space left" in message:
        return WarehouseFolderError(path, reason)
    return WarehouseError(f"{path} cannot be opened: {reason}. Close other connections of this program to it.")


def _first_line(message: str) -> str:
    return message.strip().partition("\n")[0].rstrip("!.")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any exception, an interrupt included."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def use_one_thread(connection: duckdb.DuckDBPyConnection) -> None:
    """One thread for what is too small to be shared out, until `use_all_threads`.

    It stays so for what follows: to start threads and to end them costs as much as a small load's statements.
    """
    row = connection.execute(f"SELECT current_setting('threads'), getvariable('{ALL_THREADS}')").fetchone() or (1, 1)
    if row[1] is None:
        connection.execute(f"SET VARIABLE {ALL_THREADS} = {row[0]}")
    if row[0] != 1:
        connection.execute("SET GLOBAL threads = 1")


def use_all_threads(connection: duckdb.DuckDBPyConnection) -> None:
    """As many threads as the connection was opened with."""
    row = connection.execute(f"SELECT getvariable('{ALL_THREADS}')").fetchone()
    if row and row[0] is not None:
        connection.execute(f"SET GLOBAL threads = {row[0]}")


def put_together(connection: duckdb.DuckDBPyConnection, is_put_together: bool) -> None:
    """Whether commits put the small row groups that commits before have left together, in all tables, or leave them.

    That is for all connections to the file, until the last of them closes it. DuckDB by itself puts them together.
    """
    connection.execute("RESET GLOBAL max_vacuum_tasks" if is_put_together else "SET GLOBAL max_vacuum_tasks = 0")


@contextmanager
def lightly_compressed(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Without the compression of texts that is dear to try out, for what is too small to be worth it."""
    connection.execute("SET GLOBAL disabled_compression_methods = 'fsst'")
    try:
        yield
    finally:
        connection.execute("RESET GLOBAL disabled_compression_methods")


@contextmanager
def little_memory(connection: duckdb.DuckDBPyConnection, megabytes: int) -> Iterator[None]:
    """So much memory at most and two threads, for what streams and gains nothing by more."""
    names = ("memory_limit", "threads")
    before = connection.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchone()
    given = dict(zip(names, before or (), strict=True))
    if _megabytes(str(given["memory_limit"])) <= megabytes:
        yield
        return
    connection.execute(f"SET GLOBAL memory_limit = '{megabytes}MB'; SET GLOBAL threads = {min(2, given['threads'])}")
    try:
        yield
    finally:
        connection.execute(";".join(f"SET GLOBAL {name} = '{value}'" for name, value in given.items()))


def _megabytes(shown: str) -> float:
    """A memory limit as DuckDB shows it (`1.8 GiB`), about."""
    number, _, unit = shown.partition(" ")
    return float(number) * {"KiB": 2**-10, "MiB": 1, "GiB": 2**10, "TiB": 2**20}.get(unit, 0)


class RunLock:
    """Refuses a second run at once, although DuckDB files open and close in between.

    A lock of the operating system on `<home>/run.lock`, which vanishes with its process, so there is
    nothing to clean up after a crash; pid and start time in the file are only for the message. Hold
    it in the process that starts the run. Raises WarehouseLockedError, WarehouseFolderError.
    """

    def __init__(self, home: Path, name: str = "run.lock") -> None:
        self.path = home / name
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise WarehouseFolderError(self.path, error.strerror or str(error)) from error
        try:
            _lock(descriptor)
        except OSError as error:
            holder = _holder(self.path)
            os.close(descriptor)
            raise WarehouseLockedError(self.path, *holder) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "since": now().isoformat()}).encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            # The file stays: were it removed, two processes could lock two files of the same name.
            os.truncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def run_lock_holder(home: Path) -> tuple[int | None, datetime | None] | None:
    """Process and start of the run that works in `home` now; None if none does. Changes nothing."""
    path = home / "run.lock"
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        _lock(descriptor)
    except OSError:
        return _holder(path)
    finally:
        os.close(descriptor)
    return None


def storage_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The DuckDB that wrote the file can be this old: `v1.0.0+`. Empty where DuckDB does not tell."""
    row = connection.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return str(row[0] or "") if row else ""


def _holder(path: Path) -> tuple[int | None, datetime | None]:
    try:
        content = json.loads(path.read_text())
        return int(content["pid"]), datetime.fromisoformat(content["since"]).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None, None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        # One byte far behind the content, which stays readable for the message.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
