"""What a client may use in 24 hours, counted by the org's clock and told by `/limits`."""

import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.sandbox.clock import Clock
from connectors.sandbox.errors import OrgError

CALLS, QUERY_JOBS, BATCHES = "DailyApiRequests", "DailyBulkV2QueryJobs", "DailyBulkApiBatches"
RESULT_MEGABYTES = "DailyBulkV2QueryFileStorageMB"
MAXIMA = {CALLS: 100_000, QUERY_JOBS: 10_000, BATCHES: 15_000, RESULT_MEGABYTES: 976_562}
SPAN = timedelta(hours=24)


class Quotas:
    """Uses of each kind in the last 24 hours. Thread-safe."""

    def __init__(self, clock: Clock, maxima: Mapping[str, int] | None = None) -> None:
        self._clock = clock
        self._maxima = {**MAXIMA, **(maxima or {})}
        self._used: dict[str, deque[tuple[datetime, float]]] = {kind: deque() for kind in self._maxima}
        self._totals = dict.fromkeys(self._maxima, 0.0)
        self._lock = threading.Lock()

    def set(self, told: Mapping[str, object]) -> None:
        """New maxima. Raises OrgError for a kind that there is not, or no whole number."""
        for kind, most in told.items():
            if kind not in self._maxima or isinstance(most, bool) or not isinstance(most, int) or most < 0:
                known = ", ".join(sorted(self._maxima))
                raise OrgError("INVALID_QUOTA", f"{kind}: {most!r}; say a whole number for one of {known}")
        with self._lock:
            self._maxima.update({kind: int(str(most)) for kind, most in told.items()})

    def take(self, kind: str, amount: float = 1) -> bool:
        """Use some; False, and nothing used, if it is more than is left."""
        with self._lock:
            self._forget(kind)
            if self._totals[kind] + amount > self._maxima[kind]:
                return False
            self._add(kind, amount)
        return True

    def note(self, kind: str, amount: float) -> None:
        """Count what has been used already, whether or not it was left."""
        with self._lock:
            self._forget(kind)
            self._add(kind, amount)

    def used(self, kind: str) -> int:
        with self._lock:
            self._forget(kind)
            return int(self._totals[kind])

    def most(self, kind: str) -> int:
        return self._maxima[kind]

    def shown(self) -> dict[str, dict[str, int]]:
        """As `/limits` tells them."""
        return {kind: {"Max": most, "Remaining": max(most - self.used(kind), 0)} for kind, most in self._maxima.items()}

    def _add(self, kind: str, amount: float) -> None:
        now, uses = self._clock.now, self._used[kind]
        self._totals[kind] += amount
        if uses and uses[-1][0] == now:
            uses[-1] = (now, uses[-1][1] + amount)
        else:
            uses.append((now, amount))

    def _forget(self, kind: str) -> None:
        """What is older than 24 hours no longer counts."""
        uses, since = self._used[kind], self._clock.now - SPAN
        while uses and uses[0][0] <= since:
            self._totals[kind] -= uses.popleft()[1]
