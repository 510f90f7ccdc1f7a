"""Rebuilding the raw schema from the landing zone alone, and holding it against the warehouse.

The new file lies beside the warehouse until it takes its place. What only the warehouse knows (marts,
snapshots, checks, publications) is carried over from it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.warehouse import base
from connectors.warehouse.connection import connect, transaction
from connectors.warehouse.errors import NothingToReplayError, WarehouseError
from connectors.warehouse.landing import repeat
from connectors.warehouse.logbook import Logbook
from connectors.warehouse.names import OPS, RAW, changes, listing, literal, quote
from connectors.warehouse.ops import create_schemas

log = logging.getLogger("salespulse.warehouse")

# A folder, so that the file has the name that views name it by.
NEW_FOLDER = "rebuilt"
OLD_SUFFIX = ".replaced"
OLD = "replaced"
# The landing zone knows nothing of these.
CARRIED_LEDGERS = (
    "check_results",
    "publications",
    "api_calls",
    "api_allowance",
    "source_state",
    "reconciliation",
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A rebuilt file: the loads that were repeated, and the load of the base that it set out from (0: none)."""

    path: Path
    loads: int
    base_number: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One raw table there and here, all versions of its rows; None where it is missing."""

    table: str
    old_rows: int | None
    new_rows: int | None
    is_equal: bool


def rebuild(warehouse: Path, landing: Path, *, memory_limit: str | None = None, threads: int | None = None) -> Rebuilt:
    """Build `rebuilt/<warehouse>` from the landing zone alone. The warehouse is not touched.

    Raises NothingToReplayError, LandingGapError where the first loads are gone, LandingZoneError for a page that is
    missing or changed, and what loading raises.
    """
    target = warehouse.parent / NEW_FOLDER / warehouse.name
    _remove(target)
    start = base.newest(landing)
    logbook, number = Logbook(landing), start.number if start else 0
    entries = logbook.entries(after=number)
    if start is None and not entries:
        raise NothingToReplayError(landing)
    logbook.refuse_gap(number, has_base=start is not None)
    with connect(target, memory_limit=memory_limit, threads=threads) as connection:
        create_schemas(connection)
        if start is not None:
            base.restore(connection, start)
        for entry in entries:
            repeat(connection, entry)
    return Rebuilt(target, len(entries), number)


def compare(warehouse: Path, rebuilt: Path) -> tuple[Comparison, ...]:
    """Every table of versions, by the hash of its rows. Raises WarehouseError if the warehouse cannot be read."""
    with connect(rebuilt) as connection, _attached(connection, warehouse):
        new, old = set(base.version_tables(connection)), _old_tables(connection)
        return tuple(_compare(connection, table, new, old) for table in sorted(new | old))


def carry_over(warehouse: Path, rebuilt: Path) -> None:
    """Copy what the landing zone does not know of into the rebuilt file: other schemas, and some ledgers."""
    with connect(rebuilt) as connection, _attached(connection, warehouse), transaction(connection):
        for (schema,) in connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal", [OLD]
        ).fetchall():
            if schema not in (RAW, OPS):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
        for schema, table, statement in connection.execute(
            "SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE database_name = ? "
            "AND schema_name NOT IN (?, ?)",
            [OLD, RAW, OPS],
        ).fetchall():
            connection.execute(statement)
            name = f"{quote(schema)}.{quote(table)}"
            connection.execute(f"INSERT INTO {name} SELECT * FROM {OLD}.{name}")
        _carry_ledgers(connection)
    with connect(rebuilt) as connection, _attached(connection, warehouse):
        _carry_views(connection)


def swap(warehouse: Path, rebuilt: Path) -> Path | None:
    """Put the rebuilt file in the warehouse's place; the old one stays beside it. Returns where."""
    replaced = None
    if warehouse.exists():
        replaced = warehouse.with_name(f"{warehouse.stem}{OLD_SUFFIX}{warehouse.suffix}")
        _remove(replaced)
        for suffix in ("", ".wal"):
            if (old := Path(f"{warehouse}{suffix}")).exists():
                old.replace(f"{replaced}{suffix}")
    rebuilt.replace(warehouse)
    rebuilt.parent.rmdir()
    return replaced


def _remove(file: Path) -> None:
    for path in (file, Path(f"{file}.wal")):
        path.unlink(missing_ok=True)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Iterator[None]:
    try:
        connection.execute(f"ATTACH {literal(str(warehouse))} AS {OLD} (READ_ONLY)")
    except duckdb.Error as error:
        raise WarehouseError(
            f"{warehouse} cannot be compared with the rebuilt file: {str(error).splitlines()[0]}. If it is lost "
            "anyway, move it away and replay again."
        ) from error
    try:
        yield
    finally:
        connection.execute(f"DETACH {OLD}")


def _old_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    connection.execute(f"USE {OLD}")
    try:
        return set(base.version_tables(connection))
    finally:
        (name,) = connection.execute(
            "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> ?", [OLD]
        ).fetchone() or ("",)
        connection.execute(f"USE {quote(name)}")


def _compare(connection: duckdb.DuckDBPyConnection, table: str, new: set[str], old: set[str]) -> Comparison:
    new_sum = _checksum(connection, "", table) if table in new else None
    old_sum = _checksum(connection, f"{OLD}.", table) if table in old else None
    # A table without rows was made for the models; it need not be in the landing zone.
    is_empty = (new_sum or (0,))[0] == (old_sum or (0,))[0] == 0
    return Comparison(
        table,
        old_sum[0] if old_sum else None,
        new_sum[0] if new_sum else None,
        is_empty or new_sum == old_sum,
    )


def _checksum(connection: duckdb.DuckDBPyConnection, prefix: str, table: str) -> tuple[int, int, str]:
    """Rows, a sum of their hashes, and the columns with their types; the order of either is of no concern."""
    relation = f"{prefix}{changes(table)}"
    described = sorted((row[0], row[1]) for row in connection.execute(f"DESCRIBE {relation}").fetchall())
    columns = listing(name for name, _ in described)
    row = connection.execute(f"SELECT count(*), coalesce(sum(hash({columns})), 0) FROM {relation}").fetchone()
    return (*(row or (0, 0)), str(described))


def _carry_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Views of views come in any order: round after round. What is left is made anew with the models."""
    found = connection.execute(
        "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE database_name = ? AND NOT internal "
        "AND schema_name NOT IN (?, ?)",
        [OLD, RAW, OPS],
    ).fetchall()
    left, made = {f"{schema}.{name}": statement for schema, name, statement in found}, True
    while left and made:
        made = False
        for name in list(left):
            try:
                connection.execute(left[name])
            except duckdb.Error:
                continue
            del left[name]
            made = True
    if left:
        log.warning("Views to be made anew by `salespulse build`: %s", ", ".join(sorted(left)))


def _carry_ledgers(connection: duckdb.DuckDBPyConnection) -> None:
    there = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = ?", [OLD, OPS]
        ).fetchall()
    }
    for name in CARRIED_LEDGERS:
        if name in there:
            connection.execute(f"DELETE FROM {OPS}.{name}")
            connection.execute(f"INSERT INTO {OPS}.{name} BY NAME SELECT * FROM {OLD}.{OPS}.{name}")
