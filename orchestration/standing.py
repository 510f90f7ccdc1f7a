"""What `salespulse status` tells: how far each object is synced and what that cost, and what is published.

Asks nobody but the files of this home. While a run loads or builds, no other process can open the warehouse: then the
last published version is told, and the landing zone's list of loads says what the run has brought so far.
"""

from datetime import datetime

from duckdb import DuckDBPyConnection

from connectors.landing_zone import LandingZoneError
from connectors.warehouse import ledger, telemetry
from connectors.warehouse.connection import connect, run_lock_holder
from connectors.warehouse.errors import WarehouseLockedError, WarehouseMissingError
from connectors.warehouse.ledger import SyncState
from connectors.warehouse.logbook import Logbook
from connectors.warehouse.telemetry import SyncCost
from orchestration.inspection import Inspection
from orchestration.settings import Settings


def status(settings: Settings) -> Inspection:
    """Rows, watermark and cost of each object's last sync, requests made and left, the published version."""
    found = Inspection()
    _tell_run(settings, found)
    try:
        with connect(settings.warehouse_file, read_only=True) as connection:
            _tell_objects(connection, found)
            _tell_requests(connection, found)
    except WarehouseMissingError:
        found.add("warehouse", "warn", f"{settings.warehouse_file} does not exist yet: run `salespulse run`")
    except WarehouseLockedError as error:
        _tell_published_objects(settings, error, found)
    if settings.published_file.exists():
        resolved = settings.current.resolve()
        found.add("published", "ok", f"version {resolved.name}: {settings.published_file}")
    else:
        found.add("published", "warn", "nothing has been published yet")
    return found


def _tell_run(settings: Settings, found: Inspection) -> None:
    """Whether a run works now, and what it has loaded."""
    holder = run_lock_holder(settings.root)
    if holder is None:
        return
    pid, since = holder
    begun = f" since {since:%Y-%m-%d %H:%M:%S} UTC" if since else ""
    loaded = _loaded_since(settings, since)
    told = f"; loaded so far: {', '.join(loaded)}" if loaded else "; it has loaded nothing yet"
    found.add("run", "ok", f"process {pid or 'of unknown number'} is working{begun}{told}")


def _loaded_since(settings: Settings, since: datetime | None) -> list[str]:
    """Tables with a load that is not older, in the order of their first one."""
    try:
        entries = Logbook(settings.landing).entries()
    except LandingZoneError:
        return []
    recent = [entry for entry in entries if since is not None and entry.loaded_at >= since]
    return list(dict.fromkeys(entry.folder.parent.name for entry in recent if entry.folder is not None))


def _tell_published_objects(settings: Settings, error: WarehouseLockedError, found: Inspection) -> None:
    by = f"process {error.pid}" if error.pid else "another process"
    if not settings.published_file.exists():
        reason = f"{by} is writing to it, and nothing has been published yet: ask again when that has ended"
        found.add("warehouse", "warn", reason)
        return
    version = settings.current.resolve().name
    reason = f"{by} is writing to it: what follows is as of the published version {version}"
    found.add("warehouse", "ok", reason)
    with connect(settings.published_file, read_only=True) as connection:
        _tell_objects(connection, found)


def _tell_objects(connection: DuckDBPyConnection, found: Inspection) -> None:
    costs = telemetry.sync_costs(connection)
    for state in ledger.sync_states(connection):
        found.add(state.object_name, "ok", _told(state, costs.get(state.object_name)))


def _told(state: SyncState, cost: SyncCost | None) -> str:
    by = f" by {state.cursor_name}" if state.cursor_name else ", read in full each time"
    told = f"{state.row_count:,} rows, complete up to {state.cursor_at:%Y-%m-%d %H:%M} UTC{by}"
    if cost is None:
        return told
    if cost.lag_seconds is not None:
        told += f", {cost.lag_seconds / 60:.0f} min behind the source then"
    told += f"; last sync: {cost.rows:,} rows, {_size(cost.bytes)} in {cost.seconds:.1f} s"
    if cost.rows:
        told += f" ({cost.rows_per_second:,.0f} rows/s)"
    if cost.calls is not None:
        told += f", {cost.calls:,} API requests"
    if cost.newest_change_at is not None:
        told += f"; the source had changes up to {cost.newest_change_at:%H:%M:%S} UTC by then"
    return told


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _tell_requests(connection: DuckDBPyConnection, found: Inspection) -> None:
    quota = telemetry.quota(connection)
    if quota is None:
        return
    left = ""
    if quota.left is not None:
        left = f"; {quota.used:,} of the org's {quota.limit:,} were used then, {quota.left:,} were left for 24 hours"
    told = f"{quota.calls:,} made by the last sync ({quota.noted_at:%Y-%m-%d %H:%M} UTC){left}"
    found.add("API requests", "ok", told)
