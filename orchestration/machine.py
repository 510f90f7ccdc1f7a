"""What `doctor` looks at: settings, versions, disk, locks, warehouse, landing zone, and the source as its user sees it.

Changes nothing, and logs in with the credentials that a sync would use.
"""

import shutil
from importlib.metadata import version
from pathlib import Path

import duckdb

from connectors.data_export.archive import open_export
from connectors.data_export.errors import DataExportError
from connectors.landing_zone import LandingZoneError
from connectors.salesforce.errors import SalesforceError
from connectors.salesforce.objects import OBJECTS
from connectors.salesforce.probe import probe
from connectors.warehouse import base, ledger
from connectors.warehouse.connection import connect, run_lock_holder, storage_version
from connectors.warehouse.errors import LandingGapError, WarehouseError, WarehouseLockedError, WarehouseMissingError
from connectors.warehouse.logbook import Logbook
from orchestration.defs.resources import Crm
from orchestration.exits import Exit, exit_code
from orchestration.inspection import Inspection, Verdict
from orchestration.settings import Settings

LEAST_FREE_BYTES = 2 * 1024**3
PINNED = ("duckdb", "dagster", "dbt-core", "dbt-duckdb", "great-expectations", "simple-salesforce")
LEVELS: dict[str, Verdict] = {"ok": "ok", "warning": "warn", "error": "fail"}


def doctor(settings: Settings) -> Inspection:
    """Look at everything that a run needs."""
    found = Inspection()
    found.add("settings", "ok", _source(settings))
    found.add("versions", "ok", ", ".join(f"{name} {version(name)}" for name in PINNED))
    _look_at_disk(settings, found)
    _look_at_lock(settings, found)
    loads = _look_at_warehouse(settings, found)
    _look_at_landing(settings, found, loads)
    if settings.export_folder is None:
        _look_at_org(settings, found)
    else:
        _look_at_export(settings.export_folder, found)
    return found


def _source(settings: Settings) -> str:
    if settings.export_folder is not None:
        return f"rows come from the data export in {settings.export_folder}, not from the org"
    flow = settings.login_flow
    return "no credentials: the embedded sandbox org is used" if flow is None else f"login by {flow.replace('_', ' ')}"


def _look_at_disk(settings: Settings, found: Inspection) -> None:
    folder = next(path for path in (settings.root, *settings.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    enough = free > LEAST_FREE_BYTES
    advice = "" if enough else "; a run may need more: make room, or keep fewer versions and landing days"
    found.add("disk", "ok" if enough else "warn", f"{free / 1024**3:.1f} GB free in {folder}{advice}")


def _look_at_lock(settings: Settings, found: Inspection) -> None:
    holder = run_lock_holder(settings.root)
    if holder is None:
        found.add("run lock", "ok", "no run is working in this home")
        return
    pid, since = holder
    started = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    found.add("run lock", "warn", f"a run is working{started}: {_process(pid)}; another one would have to wait")


def _process(pid: int | None) -> str:
    """A process with its command, where the system tells."""
    if pid is None:
        return "a process that does not say its number"
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        command = ""
    return f"process {pid}" + (f" ({command[:80]})" if command else "")


def _look_at_warehouse(settings: Settings, found: Inspection) -> int | None:
    """The number of the last load in the warehouse; None if that cannot be told."""
    file = settings.warehouse_file
    try:
        with connect(file, read_only=True) as connection:
            size, stored = file.stat().st_size / 1e6, storage_version(connection)
            detail = f"{file}, {size:,.0f} MB, readable from DuckDB {stored or '?'} on, this is {duckdb.__version__}"
            found.add("warehouse", "ok", detail)
            return max((load.load_number or 1 for load in ledger.loads(connection)), default=0)
    except WarehouseMissingError:
        found.add("warehouse", "ok", "not made yet")
        return 0
    except WarehouseLockedError as error:
        holder = run_lock_holder(settings.root)
        if holder is not None and holder[0] == error.pid:
            found.add("warehouse", "ok", "the run that is working holds it; it is looked at when that has ended")
        else:
            found.add("warehouse", "fail", f"{error} It is {_process(error.pid)}.", exit_code(error))
    except WarehouseError as error:
        found.add("warehouse", "fail", str(error), exit_code(error))
    return None


def _look_at_landing(settings: Settings, found: Inspection, last_load: int | None) -> None:
    try:
        entries = Logbook(settings.landing).entries()
        start = base.newest(settings.landing)
    except LandingZoneError as error:
        found.add("landing zone", "fail", str(error))
        return
    bound = f"kept for {settings.landing_days} days" if settings.landing_days else "kept for ever"
    files = [path for path in settings.landing.rglob("*") if path.is_file()] if settings.landing.exists() else []
    size = sum(path.stat().st_size for path in files)
    rest = f"{size / 1e6:,.1f} MB, {bound}"
    begin = start.number if start else 0
    gone = [entry for entry in entries if entry.number > begin and entry.folder and not entry.folder.exists()]
    try:
        Logbook(settings.landing).refuse_gap(begin, has_base=start is not None)
    except LandingGapError as error:
        found.add("landing zone", "warn", f"`salespulse replay` cannot rebuild it alone. {error}")
        return
    if gone:
        reason = f"{len(gone)} of {len(entries)} loads have lost their pages, first {gone[0].folder}"
        found.add("landing zone", "warn", f"{reason}: `salespulse replay` cannot rebuild them; {rest}")
        return
    pending = [entry for entry in entries if last_load is not None and entry.number > last_load]
    if pending:
        found.add(
            "landing zone", "warn", f"{len(pending)} loads are not in the warehouse: the next sync does them; {rest}"
        )
        return
    if last_load and not entries and start is None:
        reason = "loads of before they were written down cannot be replayed until the next run writes a base"
        found.add("landing zone", "warn", f"{reason}; {rest}")
        return
    beginning = f"base of load {start.number} and " if start else ""
    found.add("landing zone", "ok", f"{beginning}{len(entries)} loads can be replayed; {rest}")


def _look_at_export(folder: Path, found: Inspection) -> None:
    try:
        export = open_export(folder.expanduser().absolute())
    except DataExportError as error:
        found.add("data export", "fail", str(error), exit_code(error))
        return
    known = [entry.name for entry in OBJECTS if entry.name in export.files]
    missing = [entry.name for entry in OBJECTS if entry.name not in export.files]
    found.add("data export", "ok", f"{len(known)} of {len(OBJECTS)} objects, of org {export.org_id or 'unknown'}")
    if missing:
        found.add("not in it", "warn", f"{', '.join(missing)}: their tables stay as they are")


def _look_at_org(settings: Settings, found: Inspection) -> None:
    is_embedded = settings.login_flow is None
    try:
        with Crm().client(settings, lives_on=False) as client:
            for seen in probe(client, settings.objects, settings.objects_exclude):
                if is_embedded and seen.subject == "clock":
                    continue  # the embedded org lives in a time of its own
                verdict = LEVELS[seen.level]
                found.add(seen.subject, verdict, seen.message, Exit.REMOTE, is_routine=seen.is_object)
    except SalesforceError as error:
        found.add("org", "fail", str(error), exit_code(error))
