"""Living on with the sandbox org: its clock moved and told, of a running one by address or of the embedded one; and
the list that its finance department keeps.

The embedded org runs only while a command needs it: what lives on in between is its clock's file. How it is
started is told in `embedded`; the commands are in `cli`.
"""

import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from connectors.sandbox.simulate.setting.era import FUTURE_DAYS
from orchestration.embedded import OrgClock, clock_file, read_clock, write_clock
from orchestration.settings import ConfigurationError, Settings

SECONDS = 600.0  # a large company takes its time to live on


class SandboxError(Exception):
    """The sandbox org did not do what it was asked. Exit code 1. `where` is its address or its clock's file."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True, slots=True)
class Running:
    """A served sandbox org; `ca_file` is what makes its certificate trusted, if it speaks https."""

    url: str
    ca_file: Path | None = None

    def status(self) -> dict[str, Any]:
        """Its clock, calls, faults and the number of records by sObject. Raises SandboxError."""
        return self._call("status", None)

    def advance(self, step: timedelta | None, to: datetime | None) -> datetime:
        """Let it live on by `step` or up to `to`: the instant that it has then. Raises SandboxError."""
        told: dict[str, Any] = {"to": to.isoformat()} if to else {"seconds": step.total_seconds() if step else 0}
        return datetime.fromisoformat(self._call("advance", told)["now"])

    def bookings(self) -> str:
        """What its finance has booked, as a CSV file. Raises SandboxError."""
        return self._answer("bookings", None).decode()

    def _call(self, name: str, told: dict[str, Any] | None) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._answer(name, told))
        except ValueError as error:
            raise SandboxError(self.url, "what answers there is no sandbox org") from error
        return answer

    def _answer(self, name: str, told: dict[str, Any] | None) -> bytes:
        body = None if told is None else json.dumps(told).encode()
        request = Request(f"{self.url.rstrip('/')}/sandbox/{name}", body, {"Content-Type": "application/json"})
        context = ssl.create_default_context(cafile=str(self.ca_file)) if self.ca_file else None
        try:
            with urlopen(request, timeout=SECONDS, context=context) as response:
                answer: bytes = response.read()
        except HTTPError as error:
            raise SandboxError(self.url, _reason(error)) from error
        except (URLError, OSError) as error:
            reason = f"no sandbox org answers there ({error}); start one with `salespulse sandbox serve`"
            raise SandboxError(self.url, reason) from error
        return answer


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embedded org of these settings, as the next command will meet it."""

    settings: Settings

    @property
    def file(self) -> Path:
        return clock_file(self.settings)

    def status(self) -> dict[str, Any]:
        clock = self._clock()
        return {
            "now": clock.now.isoformat(),
            "anchor": clock.anchor.isoformat(),
            "lives_until": _end(clock).isoformat(),
            "scale": self.settings.sandbox_scale,
            "seed": self.settings.sandbox_seed,
        }

    def advance(self, step: timedelta | None, to: datetime | None) -> datetime:
        """Move its clock; what happens until then is fetched by the next sync. Raises SandboxError."""
        clock = self._clock()
        target = to if to else clock.now + (step or timedelta())
        target = target if target.tzinfo else target.replace(tzinfo=UTC)
        if target < clock.now:
            reason = f"its clock stands at {clock.now.isoformat()}; it cannot go back to {target.isoformat()}"
            raise SandboxError(str(self.file), reason)
        if target > _end(clock):
            reason = (
                f"the company was simulated until {_end(clock).date()}; it cannot live until {target.date()}. "
                "A fresh SALESPULSE_HOME starts a company of today"
            )
            raise SandboxError(str(self.file), reason)
        write_clock(self.file, OrgClock(clock.anchor, target))
        return target

    def bookings(self) -> str:
        """What its finance has booked, as a CSV file. Raises SandboxError."""
        from connectors.sandbox.company import found  # late: its numerics are not for those who only ask the clock
        from connectors.sandbox.simulate.setting.era import Era

        clock, settings = self._clock(), self.settings
        return found(Era(settings.sandbox_seed, settings.sandbox_scale, clock.anchor)).bookings_csv(clock.now)

    def _clock(self) -> OrgClock:
        clock = read_clock(self.file)
        if clock is None:
            reason = "no embedded org has been met in this home yet; `salespulse run` starts one, or say --url"
            raise SandboxError(str(self.file), reason)
        return clock


def parse_step(days: float, hours: float, to: str | None) -> tuple[timedelta | None, datetime | None]:
    """What the command was told, as a step or an instant. Raises ConfigurationError."""
    step = timedelta(days=days, hours=hours)
    if (to is None) == (step == timedelta()):
        raise ConfigurationError(["say how far to live on: --days and --hours, or --to with an ISO instant"])
    if to is None:
        return step, None
    try:
        return None, datetime.fromisoformat(to)
    except ValueError as error:
        raise ConfigurationError([f"--to {to} is no ISO instant such as 2026-03-31T08:00:00"]) from error


def _end(clock: OrgClock) -> datetime:
    return datetime(clock.anchor.year, clock.anchor.month, clock.anchor.day, tzinfo=UTC) + timedelta(days=FUTURE_DAYS)


def _reason(error: HTTPError) -> str:
    """What the org said against it."""
    try:
        return str(json.loads(error.read())[0]["message"])
    except (ValueError, LookupError, TypeError):
        return f"HTTP status {error.code}: is it a sandbox org?"
