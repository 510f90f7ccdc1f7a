"""Making records while others are being stored: one thread ahead of the store, in the order of the store's wishes.

What is made depends on neither the thread nor its pace; only when it is made does.
"""

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

WAITING = 2  # batches of one source that are made and not yet stored
PATIENCE = 0.1  # seconds until a thread that waits looks whether it is still wanted


class Ahead:
    """`with Ahead(sources, names) as ahead: … ahead.batches(name) …` in the order of `names`.

    `sources` are iterables; each is taken once, in a thread of its own for all of them. What a source raises is
    raised where its batches are read. Leaving the block ends the thread.
    """

    def __init__(self, sources: Mapping[str, Iterable[Any]], names: Sequence[str]) -> None:
        self._sources = sources
        self._names = names
        self._made: dict[str, queue.Queue[Any]] = {name: queue.Queue(WAITING) for name in names}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._make, name="making records", daemon=True)

    def __enter__(self) -> "Ahead":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def batches(self, name: str) -> Iterator[Any]:
        """What the source gives, as it is made."""
        made = self._made[name]
        while (each := made.get()) is not _END:
            if isinstance(each, _Broken):
                raise each.error
            yield each

    def _make(self) -> None:
        for name in self._names:
            made = self._made[name]
            try:
                if not all(self._put(made, each) for each in self._sources[name]):
                    return
            except Exception as error:  # noqa: BLE001 - it is the reader's to raise
                self._put(made, _Broken(error))
                return
            self._put(made, _END)

    def _put(self, made: "queue.Queue[Any]", what: Any) -> bool:
        """Whether it was still wanted."""
        while not self._is_over.is_set():
            try:
                made.put(what, timeout=PATIENCE)
            except queue.Full:
                continue
            return True
        return False


class _Broken:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()
