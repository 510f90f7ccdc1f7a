"""The queries that have rows left to tell, each behind a locator. What a page looks like is the business of `rest`."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.sandbox.errors import OrgError
from connectors.sandbox.query.records import Answer

MOST_CURSORS = 10  # of a user, and the org has one: the next one closes the oldest
LIFETIME = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A query of an sObject with rows left to tell, bound to the session that asked. `opened` is the org's time."""

    sobject: str
    answer: Answer
    session_id: str
    batch_rows: int
    opened: datetime


class Cursors:
    """All open cursors. A locator dies with its session, of age, and when too many follow it. Thread-safe."""

    def __init__(self, is_session: Callable[[str], bool]) -> None:
        self._is_session = is_session
        self._open: dict[str, Cursor] = {}  # the oldest first
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, cursor: Cursor) -> str:
        """The cursor's locator; those that are dead by now are closed."""
        with self._lock:
            dead = [locator for locator, each in self._open.items() if not self._lives(each, cursor.opened)]
            living = [locator for locator in self._open if locator not in dead]
            for locator in dead + living[: max(len(living) + 1 - MOST_CURSORS, 0)]:
                del self._open[locator]
            locator = f"01ggL00000{next(self._numbers):06d}AA"
            self._open[locator] = cursor
        return locator

    def find(self, locator: str, session_id: str | None, now: datetime) -> Cursor:
        """Raises OrgError INVALID_QUERY_LOCATOR for one that is closed, or another session's."""
        cursor = self._open.get(locator)
        if cursor is None or cursor.session_id != session_id or not self._lives(cursor, now):
            raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor

    def object_of(self, locator: str) -> str | None:
        """The sObject of the query behind a locator."""
        cursor = self._open.get(locator)
        return cursor.sobject if cursor else None

    def _lives(self, cursor: Cursor, now: datetime) -> bool:
        return self._is_session(cursor.session_id) and now - cursor.opened <= LIFETIME
