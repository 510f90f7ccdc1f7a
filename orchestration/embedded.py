"""The embedded org: the sandbox CRM in a process of its own, and the clock that it lives by.

Used when no Salesforce credentials are set. Each sync lets the org live one more day, from a week ago
until it has caught up with today, so that a second run has something new to fetch. The sandbox itself
is `connectors.sandbox`.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.settings import Settings

FIRST_LOOK_BACK = timedelta(days=7)
SESSION_ID = "00Dsandbox!embedded"

log = logging.getLogger("salespulse.sandbox")


class EmbeddedOrgError(Exception):
    """The sandbox process did not come up. Exit code 1."""

    def __init__(self, output: str) -> None:
        self.output = output
        super().__init__(
            f"The embedded sandbox org did not start: {output or 'it said nothing'}. "
            "Try `salespulse sandbox serve` to see it alone."
        )


@dataclass(frozen=True, slots=True)
class OrgClock:
    """`anchor` is the day that the company was simulated for, `now` how far it has lived."""

    anchor: date
    now: datetime

    def next(self, wall: datetime) -> "OrgClock":
        """One day on, but never past the wall clock."""
        return OrgClock(self.anchor, max(self.now, min(self.now + timedelta(days=1), wall)))


def read_clock(file: Path) -> OrgClock | None:
    """How far the org has lived; None if it was never met."""
    if not file.exists():
        return None
    kept = json.loads(file.read_text())
    return OrgClock(date.fromisoformat(kept["anchor"]), datetime.fromisoformat(kept["now"]))


def advance_clock(file: Path, wall: datetime) -> OrgClock:
    """The clock for the sync that starts now, kept in `file`."""
    before = read_clock(file)
    clock = before.next(wall) if before else _first_clock(wall)
    write_clock(file, clock)
    return clock


def write_clock(file: Path, clock: OrgClock) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"anchor": clock.anchor.isoformat(), "now": clock.now.isoformat()}))


def clock_file(settings: Settings) -> Path:
    return settings.root / "sandbox.json"


def _first_clock(wall: datetime) -> OrgClock:
    return OrgClock(wall.date(), wall - FIRST_LOOK_BACK)


@contextmanager
def embedded_org(settings: Settings, *, lives_on: bool = True) -> Iterator[str]:
    """The address of a running sandbox; its session id is SESSION_ID. Stopped at the end.

    `lives_on` is false for those who only look: the org is as the last sync met it.
    """
    wall = datetime.now(UTC).replace(microsecond=0)
    file = clock_file(settings)
    clock = advance_clock(file, wall) if lives_on else read_clock(file) or _first_clock(wall)
    command = [
        *(sys.executable, "-m", "connectors.sandbox", "--port", "0", "--session-id", SESSION_ID),
        *("--scale", str(settings.sandbox_scale), "--seed", str(settings.sandbox_seed)),
        *("--anchor", clock.anchor.isoformat(), "--now", clock.now.isoformat()),
        *("--parent-pid", str(os.getpid())),
    ]
    log.info("No Salesforce credentials are set: starting the embedded sandbox org, as of %s", clock.now.date())
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = process.stdout.readline()
    words = [word for word in said.split() if word.startswith("http://")]
    if not words:
        raise EmbeddedOrgError(said.strip())
    return words[0]
