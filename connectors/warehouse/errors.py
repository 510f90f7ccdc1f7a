"""What can go wrong in the warehouse; every message says what happened, why, and what to do."""

from datetime import datetime
from pathlib import Path


class WarehouseError(Exception):
    """Anything that the warehouse refuses or cannot do."""


class WarehouseLockedError(WarehouseError):
    """Another process holds the file. `pid` and `since` are None where nobody tells."""

    def __init__(self, path: Path, pid: int | None = None, since: datetime | None = None) -> None:
        self.path = path
        self.pid = pid
        self.since = since
        holder = "another process" if pid is None else f"process {pid}"
        known_since = "" if since is None else f" since {since:%Y-%m-%d %H:%M:%S} UTC"
        super().__init__(
            f"{path} is in use by {holder}{known_since}, and only one process may write at a time. "
            "Wait until it is done or close that program (a notebook or a SQL shell holds the file as well); "
            "BI tools read current/sales_metrics.duckdb, which is never locked."
        )


class WarehouseMissingError(WarehouseError):
    """There is no file to read yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"There is no database at {path}: nothing has been loaded there yet. "
            "Run the pipeline once, or check SALESPULSE_HOME."
        )


class WarehouseUnreadableError(WarehouseError):
    """The file is there, but it is no DuckDB database, or a damaged one."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} cannot be read as a DuckDB database ({reason}). Move the file away (and the .wal file "
            "beside it) and run again: the warehouse is rebuilt from the source and the landing pages."
        )


class WarehouseVersionError(WarehouseError):
    """The file was written by a DuckDB that this one does not understand."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} was written by another version of DuckDB ({reason}). Install the duckdb version of the "
            "lock file, or export and import the file with the version that wrote it."
        )


class WarehouseFolderError(WarehouseError):
    """The folder of the file cannot be created or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} cannot be written ({reason}). Check that its folder exists, is a folder, belongs to "
            "this user and has room, or point SALESPULSE_HOME elsewhere."
        )


class SourceTablesMissingError(WarehouseError):
    """Tables that the models read were never made: the warehouse is of an earlier version, or nothing was synced."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = tables
        shown = ", ".join(tables[:5]) + (f" and {len(tables) - 5} more" if len(tables) > 5 else "")
        super().__init__(
            f"The models read {shown}, which this warehouse does not have: it was last filled by an earlier version of "
            "salespulse, or not at all. Run `salespulse run`: it syncs and makes them, and what is there stays."
        )


class SchemaChangedError(WarehouseError):
    """The source changed a column in a way that cannot be followed without losing something."""

    def __init__(self, table: str, column: str, before: str, after: str, reason: str) -> None:
        self.table = table
        self.column = column
        self.before = before
        self.after = after
        self.reason = reason
        super().__init__(
            f"{table}.{column} changed from {before} to {after}: {reason}. Nothing was loaded. "
            "If the change is meant, rename the raw table and its __changes table (both stay readable), "
            "delete the object's row from ops.sync_state, and sync again: the object is then read in full."
        )


class LandedPageError(WarehouseError):
    """A landed page is not what its manifest says, or no CSV of the announced columns."""

    def __init__(self, path: Path | None, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{'A landed page' if path is None else path} cannot be loaded: {reason}. Nothing was loaded. "
            "Delete the landing folder of this run and sync again, so that the pages are fetched anew."
        )


class LoadIncompleteError(WarehouseError):
    """The pages hold another number of rows than the source announced."""

    def __init__(self, object_name: str, expected: int, actual: int) -> None:
        self.object_name = object_name
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"{object_name}: the landed pages hold {actual:,} rows, but {expected:,} were announced; a page "
            "was cut or changed on disk. Nothing was loaded and the cursor stays. Sync again."
        )


class RepeatedRowsError(WarehouseError):
    """Records came twice in the pages of one query, so as many others may not have come at all."""

    def __init__(self, object_name: str, rows: int, distinct: int, example: str) -> None:
        self.object_name = object_name
        self.rows = rows
        self.distinct = distinct
        self.example = example
        super().__init__(
            f"{object_name}: {rows:,} rows landed, but only {distinct:,} different Ids ({example} stands twice, for "
            f"one): a page came twice, or in part, and up to {rows - distinct:,} other records are missing. Nothing "
            "was loaded and the cursor stays. Sync again, and they are fetched anew; of a data export, see that its "
            "files are those of one export."
        )


class SuspiciousEmptyError(WarehouseError):
    """A full read came back empty although the table has rows."""

    def __init__(self, object_name: str, stored: int) -> None:
        self.object_name = object_name
        self.stored = stored
        super().__init__(
            f"{object_name}: the full read returned no rows, but the warehouse holds {stored:,} that are not "
            "deleted. A lost permission looks the same as a deletion of everything, so nothing was marked as "
            "deleted. Check that the user may see these records; if they really are all gone, load with "
            "allow_empty=True."
        )


class NothingToReplayError(WarehouseError):
    """The landing zone knows of no load."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing
        super().__init__(
            f"Nothing can be rebuilt from {landing}: no load is written down there. Check SALESPULSE_HOME, or run "
            "`salespulse sync`, which fetches everything from the source."
        )


class LandingGapError(WarehouseError):
    """Loads that a rebuilding needs are no longer in the landing zone."""

    def __init__(self, landing: Path, known: int, first: int, *, has_base: bool) -> None:
        self.landing = landing
        self.known = known
        self.first = first
        self.has_base = has_base
        begin = f"The warehouse has the loads up to number {known}" if known else "No load is in the warehouse"
        remedy = (
            f"Run `salespulse replay --accept-differences`, which sets out from the base in {landing / 'base'}."
            if has_base
            else f"Restore the folder {landing / 'base'} from a backup. Without it earlier versions are lost: move "
            f"{landing} and the warehouse away and sync, which fetches everything anew as it is now."
        )
        super().__init__(
            f"{begin}, and {landing} has those from number {first} on: the pages between were removed after "
            f"SALESPULSE_LANDING_DAYS, and to repeat the rest alone would lose what was in them. {remedy}"
        )


class PublishError(WarehouseError):
    """A version could not be published; the current one stays as it was."""


class NothingToPublishError(PublishError):
    """The schema to publish holds no tables."""

    def __init__(self, schemas: tuple[str, ...]) -> None:
        self.schemas = schemas
        super().__init__(
            f"Nothing to publish: the schema {', '.join(schemas)} has no tables. The models were not built, "
            "or not into this warehouse. Build them, then publish again; the current version stays."
        )


class UnpublishableColumnError(PublishError):
    """A published column has a type that clients read differently."""

    def __init__(self, table: str, column: str, duckdb_type: str) -> None:
        self.table = table
        self.column = column
        self.duckdb_type = duckdb_type
        super().__init__(
            f"{table}.{column} is {duckdb_type}, which each client shows in its own time zone. Cast it to "
            "TIMESTAMP (UTC) in the model; the current version stays."
        )


class PublicationMismatchError(PublishError):
    """A copied table does not hold what the warehouse holds."""

    def __init__(self, table: str, expected: int, actual: int) -> None:
        self.table = table
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"{table}: the copy holds {actual:,} rows, the warehouse {expected:,}. The copy was thrown away "
            "and the current version stays. Check the free disk space and publish again."
        )


class OtherOrgError(WarehouseError):
    """The warehouse holds another org's rows; its cursors would cut off the history of this one."""

    def __init__(self, held: str, given: str) -> None:
        self.held = held
        self.given = given
        super().__init__(
            f"The warehouse holds the org {held}, and the sync was pointed at {given}: rows of both would be mixed, "
            "and what the new org changed before the last sync would never come. Name another folder in "
            "SALESPULSE_HOME for each org (the embedded sandbox is one too), or remove this one to start anew."
        )
