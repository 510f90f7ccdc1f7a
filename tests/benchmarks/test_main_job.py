"""What the main job costs: first run, a run with a day's changes, a run with none. `make bench` prints the table."""

import os
import resource
import time
from pathlib import Path

import pytest

from tests.support.commands import Command, salespulse, sandbox_org

pytestmark = pytest.mark.bench


def _measured(home: Path, *arguments: str, env: dict[str, str]) -> tuple[Command, float, float]:
    """The command, its wall seconds, and the CPU seconds of it and its children."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = salespulse(home, *arguments, "--json", env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert done.exit_code == 0, done.stderr
    return done, time.monotonic() - started, cpu


def _line(title: str, done: Command, wall: float, cpu: float) -> str:
    phases = ", ".join(f"{name} {seconds:.1f}" for name, seconds in done.document["phases"].items())
    rows = sum(values["rows_read"] for values in done.document["objects"].values())
    return f"| {title} | {rows:,} | {wall:.1f} | {cpu:.1f} | {phases} |"


def test_the_cost_of_the_main_job(tmp_path: Path) -> None:
    lines = [
        f"{os.cpu_count()} cores",
        "| run | rows read | wall s | CPU s | phases, wall s |",
        "|---|---|---|---|---|",
    ]
    lines.append(_line("embedded org, first", *_measured(tmp_path / "embedded", "run", env={})))
    lines.append(_line("embedded org, a day later", *_measured(tmp_path / "embedded", "run", env={})))
    with sandbox_org() as org:
        _measured(tmp_path / "still", "run", env=org)
        lines.append(_line("org in which nothing happened", *_measured(tmp_path / "still", "run", env=org)))
    print("\n" + "\n".join(lines))
