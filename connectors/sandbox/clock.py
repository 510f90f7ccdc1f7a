"""The org's clock: it stands still until it is moved, or runs on from its start when live."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """`now` is naive UTC with whole seconds, as all instants inside the org."""

    def __init__(self, start: datetime, *, is_live: bool = False) -> None:
        self._base = to_naive_utc(start).replace(microsecond=0)
        self._started = time.monotonic()
        self.is_live = is_live

    @property
    def now(self) -> datetime:
        if not self.is_live:
            return self._base
        return self._base + timedelta(seconds=int(time.monotonic() - self._started))

    def move_to(self, instant: datetime) -> datetime:
        """Set the clock forward. Raises ValueError if `instant` lies before it."""
        target = to_naive_utc(instant).replace(microsecond=0)
        if target < self.now:
            raise ValueError(f"The clock stands at {self.now.isoformat()}; it cannot go back to {target.isoformat()}.")
        self._base, self._started = target, time.monotonic()
        return target


def to_naive_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
