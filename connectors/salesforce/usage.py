"""API calls: how many the org has left, how many this client made and for what, and when to stop.

Pure bookkeeping, fed by `client`. Where the counts are kept is the warehouse's business.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# The first that matches names a call; what is counted beside them is `other`.
_KINDS = (
    (re.compile(r"/jobs/query(/[^/]+)?$"), "bulk job"),
    (re.compile(r"/jobs/query/[^/]+/result"), "bulk results"),
    (re.compile(r"/query(All)?(/|$)"), "query"),
    (re.compile(r"/sobjects(/[^/]+/describe)?/?$"), "describe"),
    (re.compile(r"/sobjects/[^/]+/(updated|deleted)/?$"), "replication"),
    (re.compile(r"/limits"), "limits"),
)


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """API requests of the org in the last 24 hours, as of the last answer."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    def is_beyond(self, share: float) -> bool:
        """Whether no further call may be made if `share` (0 to 1) of the limit is ours to use."""
        return share < 1 and self.used >= share * self.limit


class CallCounter:
    """Calls by (object, kind), each attempt counted, as Salesforce does. Thread-safe.

    The object is whichever `about` names at the time; calls that concern none have "".
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._object_name = ""

    @contextmanager
    def about(self, object_name: str) -> Iterator[None]:
        """Calls within, of all threads, are this object's."""
        before, self._object_name = self._object_name, object_name
        try:
            yield
        finally:
            self._object_name = before

    def add(self, path: str) -> None:
        """One call of a path (without its query)."""
        with self._lock:
            self._counts[self._object_name, kind_of(path)] += 1

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        with self._lock:
            return dict(self._counts)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def kind_of(path: str) -> str:
    """What a call is for: bulk job, bulk results, query, describe, replication, limits, other."""
    return next((kind for pattern, kind in _KINDS if pattern.search(path)), "other")


def parse_usage(header: str | None) -> ApiUsage | None:
    """`api-usage=25/100000; per-app-api-usage=…`: the first part; None if it is not there."""
    name, _, counts = (header or "").partition(";")[0].strip().partition("=")
    used, slash, limit = counts.partition("/")
    if name != "api-usage" or not slash or not (used.isdigit() and limit.isdigit()):
        return None
    return ApiUsage(int(used), int(limit))
