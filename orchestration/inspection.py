"""Looking without touching: what is there (`status`), and whether everything needed is (`doctor`).

What is looked at on this machine is in `machine`; what the org says of itself in `connectors.salesforce.probe`.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from connectors.warehouse import ledger
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import WarehouseMissingError
from orchestration.exits import Exit
from orchestration.settings import Settings

Verdict = Literal["ok", "warn", "fail"]
COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Many routine ones that are fine are shown as one line."""

    subject: str
    verdict: Verdict
    detail: str
    is_routine: bool = False


@dataclass(slots=True)
class Inspection:
    """All findings, and the code to leave with: that of the first failure."""

    findings: list[Finding] = field(default_factory=list)
    exit_code: int = Exit.OK

    def add(
        self,
        subject: str,
        verdict: Verdict,
        detail: str,
        code: Exit = Exit.FAILED,
        *,
        is_routine: bool = False,
    ) -> None:
        self.findings.append(Finding(subject, verdict, detail, is_routine))
        if verdict == "fail":
            self.exit_code = self.exit_code or code

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def print(self, console: Console) -> None:
        """The findings as lines, what is wrong as it is and what is routine and fine in one."""
        fine = [found for found in self.findings if found.is_routine and found.verdict == "ok"]
        table = Table(box=None, show_header=False, pad_edge=False)
        for found in self.findings:
            if found not in fine:
                _add(table, found)
            elif found is fine[-1]:
                names = ", ".join(one.subject for one in fine)
                _add(table, Finding(f"{len(fine)} objects", "ok", f"readable, with all fields needed: {names}"))
        console.print(table)
        if bad := [found for found in self.findings if found.verdict != "ok"]:
            failed = sum(found.verdict == "fail" for found in bad)
            console.print(f"{failed} failed, {len(bad) - failed} to look at, {len(self.findings) - len(bad)} fine")


def _add(table: Table, found: Finding) -> None:
    color = COLORS[found.verdict]
    table.add_row(f"[{color}]{found.verdict}[/{color}]", found.subject, found.detail)


def status(settings: Settings) -> Inspection:
    """Rows and watermark per object, how far behind the source it was, the published version."""
    found = Inspection()
    try:
        with connect(settings.warehouse_file, read_only=True) as connection:
            lags = {load.object_name: load.lag_seconds for load in ledger.latest_loads(connection)}
            for state in ledger.sync_states(connection):
                told = f" by {state.cursor_name}" if state.cursor_name else ", read in full each time"
                detail = f"{state.row_count:,} rows, complete up to {state.cursor_at:%Y-%m-%d %H:%M} UTC{told}"
                lag = lags.get(state.object_name)
                behind = f", {lag / 60:.0f} min behind the source then" if lag is not None else ""
                found.add(state.object_name, "ok", detail + behind)
    except WarehouseMissingError:
        found.add("warehouse", "warn", f"{settings.warehouse_file} does not exist yet: run `salespulse run`")
    if settings.published_file.exists():
        resolved = settings.current.resolve()
        found.add("published", "ok", f"version {resolved.name}: {settings.published_file}")
    else:
        found.add("published", "warn", "nothing has been published yet")
    return found
