"""Publishing: a proven copy in a new folder, then one atomic swap of the link `current`.

    <home>/current -> versions/20261122T101500Z-001/     sales_metrics.duckdb, parquet/, version.json

A reader that opens `current/...` gets one whole version at any time. A folder becomes a version by its
`version.json`, which is written last; folders without one are what a crash left, and are swept away.
"""

import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.warehouse import instants, snapshot
from connectors.warehouse.connection import RunLock, connect, transaction
from connectors.warehouse.errors import PublishError
from connectors.warehouse.names import OPS, constants
from connectors.warehouse.ops import create_schemas

log = logging.getLogger("salespulse.warehouse")

FILE_NAME = "sales_metrics.duckdb"
MARKER = "version.json"
PUBLISHED_LEDGERS = ("sync_state", "loads", "check_results")


@dataclass(frozen=True, slots=True)
class Publication:
    """A published version. `path` is its folder, `tables` rows by "schema.table", `bytes` of all files."""

    version: str
    path: Path
    tables: Mapping[str, int]
    bytes: int
    seconds: float


def publish(
    source: duckdb.DuckDBPyConnection | Path,
    home: Path,
    *,
    schemas: Sequence[str] = ("marts",),
    ops_tables: Sequence[str] = PUBLISHED_LEDGERS,
    run_id: str,
    render: Callable[[Path], None] | None = None,
    keep: int = 3,
    now: datetime | None = None,
) -> Publication:
    """Copy the schemas and ledgers, prove the copy, make it current, and keep the last `keep` versions.

    `render` is given the folder of the new version, with its database and Parquet files complete, before
    it becomes current. Whatever fails, the current version stays. Raises PublishError and its kinds,
    WarehouseLockedError while another process publishes, and what `render` raises.
    """
    started = time.perf_counter()
    published_at = now or instants.now()
    versions = home / "versions"
    if keep < 1:
        raise ValueError(f"keep is {keep}; at least the current version has to be kept")
    with RunLock(home, "publish.lock"), _opened(source) as connection:
        tables = snapshot.sources(connection, schemas, ops_tables)
        _sweep(home)
        folder = _new_folder(versions, published_at)
        try:
            rows = _build(connection, tables, folder, render)
            _finish(folder, rows, run_id, published_at)
            _point_at(home, folder)
        except BaseException:
            _remove_unless_current(home, folder)
            raise
        _prune(home, keep)
        _record(connection, folder.name, rows, run_id, published_at)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    publication = Publication(folder.name, folder, rows, size, time.perf_counter() - started)
    message = "Published %s: %s tables, %s rows, %.1f MB in %.1f s"
    figures = (len(rows), f"{sum(rows.values()):,}", size / 1e6, publication.seconds)
    log.info(message, folder.name, *figures)
    return publication


@contextmanager
def _opened(source: duckdb.DuckDBPyConnection | Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if isinstance(source, Path):
        with connect(source) as connection:
            yield connection
    else:
        yield source


def _sweep(home: Path) -> None:
    """Remove what crashed publications left."""
    for link in home.glob(".current-*"):
        link.unlink()
    for folder in _folders(home):
        if not (folder / MARKER).exists() and not _is_current(home, folder):
            log.info("Removing %s, which was never finished", folder.name)
            shutil.rmtree(folder)


def _new_folder(versions: Path, published_at: datetime) -> Path:
    stamp = instants.stored(published_at).strftime("%Y%m%dT%H%M%SZ")
    # One more than the last of this second, never a name that was pruned: readers tell versions by name.
    taken = [int(folder.name.rpartition("-")[2]) for folder in versions.glob(f"{stamp}-*")]
    folder = versions / f"{stamp}-{max(taken, default=0) + 1:03}"
    folder.mkdir(parents=True)
    return folder


def _build(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[snapshot.Source],
    folder: Path,
    render: Callable[[Path], None] | None,
) -> dict[str, int]:
    rows = snapshot.copy(connection, tables, folder / FILE_NAME)
    snapshot.prove_and_export(folder / FILE_NAME, tables, rows, folder / "parquet")
    if render is not None:
        render(folder)
    return rows


def _finish(folder: Path, rows: Mapping[str, int], run_id: str, published_at: datetime) -> None:
    """Everything on the disk first, then the marker that makes the folder a version."""
    content = {
        "version": folder.name,
        "published_at": published_at.isoformat(),
        "run_id": run_id,
        "storage_version": snapshot.STORAGE_VERSION,
        "tables": dict(rows),
    }
    _flush(folder)
    (folder / MARKER).write_text(json.dumps(content, indent=2) + "\n")
    _flush_one(folder / MARKER)
    _flush_one(folder)


def _point_at(home: Path, folder: Path) -> None:
    """Swap the link. It is relative, so that the home can be moved or mounted elsewhere."""
    current = home / "current"
    if current.exists() and not current.is_symlink():
        raise PublishError(f"{current} is a folder, not a link to a version. Move it away and publish again.")
    link = home / f".current-{folder.name}"
    link.symlink_to(Path("versions") / folder.name, target_is_directory=True)
    link.replace(current)
    _flush_one(home)


def _remove_unless_current(home: Path, folder: Path) -> None:
    if not _is_current(home, folder):
        shutil.rmtree(folder, ignore_errors=True)


def _prune(home: Path, keep: int) -> None:
    """Remove all but the last versions. Readers that still hold an old file keep it until they close it."""
    others = sorted(folder for folder in _folders(home) if not _is_current(home, folder))
    for folder in others[: max(0, len(others) - (keep - 1))]:
        shutil.rmtree(folder, ignore_errors=True)


def _record(
    connection: duckdb.DuckDBPyConnection,
    version: str,
    rows: Mapping[str, int],
    run_id: str,
    published_at: datetime,
) -> None:
    read_only = "SELECT readonly FROM duckdb_databases() WHERE database_name = current_database()"
    if (row := connection.execute(read_only).fetchone()) is not None and row[0]:
        log.debug("The warehouse is open for reading only, so %s is not noted in ops.publications", version)
        return
    with transaction(connection):
        create_schemas(connection)
        # Not as bound parameters: to look at one, DuckDB imports pandas.
        values = [version, instants.stored(published_at), len(rows), sum(rows.values()), run_id]
        connection.execute(f"INSERT INTO {OPS}.publications VALUES {constants(values)}")


def _folders(home: Path) -> list[Path]:
    versions = home / "versions"
    return [path for path in versions.iterdir() if path.is_dir()] if versions.exists() else []


def _is_current(home: Path, folder: Path) -> bool:
    return (home / "current").resolve() == folder.resolve()


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    """Make a file or a folder survive a power cut (folders cannot be opened on Windows)."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
