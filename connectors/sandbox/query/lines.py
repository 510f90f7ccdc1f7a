"""The CSV lines of an answer, ready to be told from any row on: in memory, or in a file if they are many."""

import os
import tempfile
import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np

KEPT_BYTES = 32_000_000  # what one answer may take of the memory


class Lines:
    """Lines of Arrow string batches, one column each, put one after the other. Thread-safe once it is made.

    The file has no name: it goes with the last reference to it, and with its process however that ends.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        self._text = bytearray()
        self._file: Any = None
        self._ends = self._take(batches)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def read(self, start: int, count: int) -> bytes:
        """The lines from row `start` on, at most `count` of them, in one piece."""
        end = min(start + count, len(self))
        if start >= end:
            return b""
        first, last = int(self._ends[start]), int(self._ends[end])
        if self._file is None:
            return bytes(memoryview(self._text)[first:last])
        return _read_all(self._file.fileno(), first, last)

    def _take(self, batches: Iterable[Any]) -> Any:
        """Where the lines end; the first of it is where the first line begins."""
        ends, size = [np.zeros(1, dtype=np.int64)], 0
        for batch in batches:
            column = batch.column(0)
            if not len(column):
                continue
            _, offsets, text = column.buffers()
            places = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
            first, last = int(places[0]), int(places[-1])
            ends.append(places[1:].astype(np.int64) - first + size)
            size += last - first
            self._add(memoryview(text)[first:last])
        return np.concatenate(ends)

    def _add(self, text: memoryview) -> None:
        if self._file is None and len(self._text) + len(text) > KEPT_BYTES:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as the lines
            weakref.finalize(self, self._file.close)
            _write_all(self._file.fileno(), memoryview(self._text))
            self._text = bytearray()
        if self._file is None:
            self._text += text
        else:
            _write_all(self._file.fileno(), text)


def _write_all(number: int, text: memoryview) -> None:
    while text:
        text = text[os.write(number, text) :]


def _read_all(number: int, first: int, last: int) -> bytes:
    """A read of a file may give less than asked, above all of 2 GB."""
    parts = []
    while first < last:
        parts.append(os.pread(number, last - first, first))
        first += len(parts[-1])
    return parts[0] if len(parts) == 1 else b"".join(parts)
