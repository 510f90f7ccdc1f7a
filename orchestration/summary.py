"""The last screen of a command: what came, what holds, what to look at, where things are."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration.exits import Exit
from orchestration.run import Check, Outcome
from orchestration.settings import Settings

WORST = 6


def print_summary(console: Console, outcome: Outcome, settings: Settings) -> None:
    """Print it. Sections that the command did not touch are left out."""
    if outcome.objects:
        _print_objects(console, outcome.objects)
    if outcome.checks:
        _print_checks(console, outcome)
    _print_places(console, outcome, settings)
    phases = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.phases.items())
    console.print(f"[bold]Took[/bold] {outcome.seconds:.1f} s: {phases}", highlight=False, soft_wrap=True)
    for error in outcome.errors:
        console.print(f"[bold red]Failed[/bold red] {error}", highlight=False, soft_wrap=True)
    if outcome.exit_code == Exit.OK and outcome.command == "run":
        console.print(
            "[bold]Next[/bold] make dev opens Dagster with the same assets and the schedules", highlight=False
        )


def _print_objects(console: Console, objects: dict[str, dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Object", "rows", "new", "changed", "deleted", "rejected cells", "seconds"):
        table.add_column(title, justify="left" if title == "Object" else "right")
    for name, values in objects.items():
        counts = (values.get(key, 0) for key in ("row_count", "inserted", "updated", "deleted", "rejected"))
        table.add_row(name, *(f"{count:,}" for count in counts), f"{values.get('seconds', 0.0):.1f}")
    console.print(table)
    console.print(_changes(objects.values()), highlight=False)


def _changes(objects: Iterable[dict[str, Any]]) -> str:
    rows = list(objects)
    new, changed, deleted = (sum(int(row.get(key, 0)) for row in rows) for key in ("inserted", "updated", "deleted"))
    if not new + changed + deleted:
        return "Nothing has changed in the org since the last sync."
    return f"{new:,} rows are new, {changed:,} changed, {deleted:,} were deleted since the last sync."


def _print_checks(console: Console, outcome: Outcome) -> None:
    failed = outcome.failed_checks
    errors = sum(check.severity == "error" for check in failed)
    console.print(
        f"[bold]Checks[/bold] {len(outcome.checks) - len(failed)} hold, {errors} failed, {len(failed) - errors} warn",
        highlight=False,
    )
    for check in failed[:WORST]:
        console.print(f"  {_line(check)}", highlight=False, soft_wrap=True)


def _line(check: Check) -> str:
    word = "[red]failed[/red]" if check.severity == "error" else "[yellow]warns[/yellow]"
    count = f", {check.failing_count:,} rows" if check.failing_count else ""
    return f"{word} {check.table}: {check.check.replace('_', ' ')}{count}"


def _print_places(console: Console, outcome: Outcome, settings: Settings) -> None:
    if outcome.published:
        console.print(f"[bold]Marts[/bold] {settings.published_file}", highlight=False, soft_wrap=True)
        console.print(f"[bold]Report[/bold] {settings.report_file}", highlight=False, soft_wrap=True)
    for values in outcome.exports.values():
        written, before = values.get("packs_written", 0), values.get("packs_delivered_before", 0)
        told = f"{written} written" + (f", {before} delivered before" if before else "")
        console.print(f"[bold]Packs[/bold] {told}: {values.get('path')}", highlight=False, soft_wrap=True)
