"""A warehouse that is open only while somebody uses it, and some moments longer.

While a process has a DuckDB file open for writing, no other can even read it. A sync waits for its source most of
the time, an hour for a large object: so long the file is free. How it is opened is told by whoever lends.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import duckdb

log = logging.getLogger("salespulse.warehouse")

# Opening costs as much CPU as a small load: between the calls that a small object takes the file stays open.
IDLE_SECONDS = 3.0


class Lender:
    """Opens a warehouse at its first use and after each pause, and closes it when nobody has used it for a while.

    A context manager, at whose end the file is closed. One thread uses it at a time; others wait. A connection that
    is `open_already` becomes the lender's.
    """

    def __init__(
        self,
        opened: Callable[[], duckdb.DuckDBPyConnection],
        open_already: duckdb.DuckDBPyConnection | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._opened, self._idle_seconds = opened, idle_seconds
        self._connection = open_already
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._uses = self._depth = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._stop_timer()
            self._close()

    @property
    def is_open(self) -> bool:
        with self._lock:
            return self._connection is not None

    @contextmanager
    def use(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The open warehouse, for as long as the block lasts. Raises what opening raises."""
        with self._lock:
            self._uses += 1
            self._stop_timer()
            if self._connection is None:
                self._connection = self._opened()
            self._depth += 1
            try:
                yield self._connection
            finally:
                self._depth -= 1
                if not self._depth:
                    self._start_timer()

    def _start_timer(self) -> None:
        self._timer = threading.Timer(self._idle_seconds, self._close_unless_used, [self._uses])
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_unless_used(self, uses: int) -> None:
        with self._lock:
            if uses != self._uses or self._connection is None:
                return
            try:
                self._close()
            except duckdb.Error as error:
                # What was committed is in its log beside the file; the next one to open it takes it over.
                log.warning("The warehouse could not be tidied up when it was closed: %s", error)
            else:
                log.debug("The warehouse is closed while the source is waited for")

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
