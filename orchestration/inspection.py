"""What was found by looking without touching, and how it is told.

Who looks: `standing` at what is there (`status`), `machine` at whether everything needed is (`doctor`).
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from orchestration.exits import Exit

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
