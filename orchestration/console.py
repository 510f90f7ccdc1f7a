"""What a person sees while a command works: a bar on a terminal, plain lines elsewhere.

Everything arrives as log records of `salespulse.*`; the phases come from Dagster's own events.
The summary at the end is written by `orchestration.summary`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

PHASES = {
    "sync_objects": "sync",
    "raw_finance__bookings": "finance",
    "judge_raw": "check raw",
    "build_models": "build",
    "marts__rpt_forecast_ranges": "forecast",
    "judge_marts": "check marts",
    "judge_forecast": "check forecast",
    "published__sales_metrics": "publish",
    "exports__manager_pack": "export",
}
phases = logging.getLogger("salespulse.phase")


def phase_of(step: str) -> str:
    """A step's name for people."""
    return PHASES.get(step, step)


class _Events(logging.Handler):
    """Turns the start and the end of a step into one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is None or event.step_key is None:
            return
        phase = phase_of(event.step_key)
        if event.is_step_start:
            phases.info("%s …", phase, extra={"phase": phase, "is_done": False})
        elif event.is_step_success:
            seconds = event.event_specific_data.duration_ms / 1000
            phases.info("%s done in %.1f s", phase, seconds, extra={"phase": phase, "is_done": True})
        elif event.is_step_failure:
            phases.error("%s failed", phase, extra={"phase": phase, "is_done": True})


@dg.logger
def event_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Phases as lines of `salespulse.phase`."""
    logger = logging.Logger("salespulse.events", level=logging.DEBUG)
    logger.addHandler(_Events())
    return logger


class _Lines(logging.Handler):
    """Prints records; with a bar, prints above it and moves it."""

    def __init__(self, console: Console, bar: Progress | None, task: TaskID | None) -> None:
        super().__init__(logging.INFO)
        self._console, self._bar, self._task = console, bar, task

    def emit(self, record: logging.LogRecord) -> None:
        phase = getattr(record, "phase", None)
        text = self.format(record)
        if self._bar is None or self._task is None:
            self._console.print(text if phase else f"  {text}", markup=False, highlight=False, soft_wrap=True)
            return
        if phase is None:
            self._console.print(f"  [dim]{text}[/dim]", highlight=False)
        elif getattr(record, "is_done", False):
            self._console.print(f"[green]✓[/green] {text}", highlight=False)
            self._bar.advance(self._task)
        else:
            self._bar.update(self._task, description=phase)


@contextmanager
def progress(console: Console, *, steps: int) -> Iterator[None]:
    """Show the records of `salespulse.*` on this console for as long as the block runs."""
    root = logging.getLogger("salespulse")
    root.setLevel(logging.INFO)
    bar = _bar(console) if console.is_terminal else None
    handler = _Lines(console, bar, bar.add_task("starting", total=steps) if bar else None)
    root.addHandler(handler)
    propagate, root.propagate = root.propagate, False
    try:
        if bar is None:
            yield
        else:
            with bar:
                yield
    finally:
        root.propagate = propagate
        root.removeHandler(handler)


def _bar(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)
