"""Masks columns of a CSV stream on its way to the disk, so that they never lie there in clear.

Every record is taken apart and put together again, which costs about ten times the counting: only
objects with a masked field pay for it. Memory is bounded by a chunk and the longest record.
"""

import csv
import io
from collections.abc import Callable, Collection

LARGEST_FIELD = 1 << 30  # the csv module stops at 128 kB if not told otherwise


class MaskingStream:
    """Feed it the bytes of a CSV stream with a header; it gives back whole records, masked.

    `names` are the header's names of the columns to mask. Empty values stay empty: they are null.
    """

    def __init__(self, names: Collection[str], mask: Callable[[str], str]) -> None:
        self._names = frozenset(names)
        self._mask = mask
        self._places: list[int] | None = None
        self._rest = b""
        csv.field_size_limit(LARGEST_FIELD)

    def feed(self, chunk: bytes) -> bytes:
        data = self._rest + chunk
        end = _last_record_end(data)
        self._rest = data[end:]
        return self._masked(data[:end])

    def finish(self) -> bytes:
        """What was left without a line break at the end. A record that was cut comes out as it is: nothing."""
        rest, self._rest = self._rest, b""
        return self._masked(rest) if rest.count(b'"') % 2 == 0 else b'"'

    def _masked(self, records: bytes) -> bytes:
        if not records:
            return b""
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in csv.reader(io.StringIO(records.decode("utf-8", "surrogateescape"), newline="")):
            if self._places is None:
                self._places = [place for place, name in enumerate(row) if name in self._names]
            else:
                for place in self._places:
                    if place < len(row) and row[place]:
                        row[place] = self._mask(row[place])
            writer.writerow(row)
        return out.getvalue().encode("utf-8", "surrogateescape")


def _last_record_end(data: bytes) -> int:
    """The place after the last line feed outside quotes, 0 if there is none."""
    quotes = data.count(b'"')
    end = len(data)
    while (place := data.rfind(b"\n", 0, end)) >= 0:
        quotes -= data.count(b'"', place, end)
        if quotes % 2 == 0:
            return place + 1
        end = place
    return 0
