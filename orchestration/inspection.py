"""Looking without touching: what is there (`status`), and whether everything needed is (`doctor`)."""

import shutil
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from connectors.salesforce.errors import SalesforceError
from connectors.salesforce.probe import probe
from connectors.warehouse import ledger
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import WarehouseError, WarehouseMissingError
from orchestration.defs.resources import Crm
from orchestration.exits import Exit, exit_code
from orchestration.settings import Settings

Verdict = Literal["ok", "warn", "fail"]
LEAST_FREE_BYTES = 2 * 1024**3
PINNED = ("duckdb", "dagster", "dbt-core", "dbt-duckdb", "great-expectations", "simple-salesforce")
LEVELS: dict[str, Verdict] = {"ok": "ok", "warning": "warn", "error": "fail"}
COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    detail: str


@dataclass(slots=True)
class Inspection:
    """All findings, and the code to leave with: that of the first failure."""

    findings: list[Finding] = field(default_factory=list)
    exit_code: int = Exit.OK

    def add(self, subject: str, verdict: Verdict, detail: str, code: Exit = Exit.FAILED) -> None:
        self.findings.append(Finding(subject, verdict, detail))
        if verdict == "fail":
            self.exit_code = self.exit_code or code

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def print(self, console: Console) -> None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for found in self.findings:
            color = COLORS[found.verdict]
            table.add_row(f"[{color}]{found.verdict}[/{color}]", found.subject, found.detail)
        console.print(table)


def status(settings: Settings) -> Inspection:
    """Rows and watermark per object, the last loads, the published version."""
    found = Inspection()
    try:
        with connect(settings.warehouse_file, read_only=True) as connection:
            for state in ledger.sync_states(connection):
                detail = f"{state.row_count:,} rows, complete up to {state.cursor_at:%Y-%m-%d %H:%M} UTC"
                found.add(state.object_name, "ok", detail)
    except WarehouseMissingError:
        found.add("warehouse", "warn", f"{settings.warehouse_file} does not exist yet: run `salespulse run`")
    if settings.published_file.exists():
        resolved = settings.current.resolve()
        found.add("published", "ok", f"version {resolved.name}: {settings.published_file}")
    else:
        found.add("published", "warn", "nothing has been published yet")
    return found


def doctor(settings: Settings) -> Inspection:
    """Settings, disk, versions, warehouse, and the org as its user sees it."""
    found = Inspection()
    found.add("settings", "ok", f"login by {settings.login_flow or 'nothing: the embedded sandbox org is used'}")
    found.add("versions", "ok", ", ".join(f"{name} {version(name)}" for name in PINNED))
    _inspect_disk(settings, found)
    _inspect_warehouse(settings, found)
    try:
        is_embedded = settings.login_flow is None
        with Crm().client(settings, lives_on=False) as client:
            for seen in probe(client, settings.objects or None):
                if is_embedded and seen.subject == "clock":
                    continue  # the embedded org lives in a time of its own
                found.add(seen.subject, LEVELS[seen.level], seen.message, Exit.REMOTE)
    except SalesforceError as error:
        found.add("org", "fail", str(error), exit_code(error))
    return found


def _inspect_disk(settings: Settings, found: Inspection) -> None:
    folder = next(path for path in (settings.root, *settings.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    enough: Verdict = "ok" if free > LEAST_FREE_BYTES else "warn"
    found.add("disk", enough, f"{free / 1024**3:.1f} GB free in {folder}")


def _inspect_warehouse(settings: Settings, found: Inspection) -> None:
    try:
        with connect(settings.warehouse_file, read_only=True):
            found.add("warehouse", "ok", str(settings.warehouse_file))
    except WarehouseMissingError:
        found.add("warehouse", "ok", "not made yet")
    except WarehouseError as error:
        found.add("warehouse", "fail", str(error), exit_code(error))
