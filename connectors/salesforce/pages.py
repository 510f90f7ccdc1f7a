"""One landed page: bytes to disk as they come, counted and hashed on the way. Flat memory.

Does not know where the bytes come from: `bulk` feeds what it downloads, `rest` what it writes.
"""

import csv
import hashlib
import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from connectors.salesforce.counting import RecordCounter
from connectors.salesforce.masking import MaskingStream

try:
    inflating: Any = import_module("isal.isal_zlib")  # three times as fast
except ImportError:  # there is no wheel of it for every machine
    inflating = zlib

DAMAGES = (zlib.error, inflating.error)
GZIP = 16 + zlib.MAX_WBITS
FAST = 1
MOST_AT_ONCE = 1 << 20
TRAILER_BYTES = 8


class TornPageError(Exception):
    """The bytes end or break in the middle. Inside this package only: the page is asked for again."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a written page holds: rows without the header, size on disk in bytes.

    `trailer` is the end of the gzip file, checksum and length of what is inside: equal contents have
    equal ones.
    """

    header: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str
    trailer: str = ""


class PageWriter:
    """Writes a gzip page to `path`, first beside it as `.part`.

    Feed the stream as received: `is_gzip` says whether it is compressed already, and then its bytes
    are kept untouched and inflated for counting only. With `masking` the stream is written as that
    gives it back, compressed anew. The file appears under its name in `keep()` and not before.
    """

    def __init__(self, path: Path, *, is_gzip: bool, masking: MaskingStream | None = None) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._counter = RecordCounter()
        self._hash = hashlib.sha256()
        self._size = 0
        self._inflater = inflating.decompressobj(GZIP) if is_gzip else None
        self._masking = masking
        is_kept = is_gzip and masking is None
        self._deflater = None if is_kept else zlib.compressobj(FAST, zlib.DEFLATED, GZIP)
        self._received = 0
        self._trailer = b""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the stream. TornPageError if they are no gzip."""
        self._received += len(chunk)
        if self._inflater is None:
            self._take(chunk)
            return
        if self._deflater is None:
            self._write(chunk)
        try:
            self._inflate(chunk)
        except DAMAGES as error:
            raise TornPageError(f"its compressed bytes are damaged ({error})") from error

    def finish(self) -> PageContent:
        """The end of the stream. TornPageError if it ends inside a value or inside the compression."""
        if self._inflater is not None and self._received and not self._inflater.eof:
            raise TornPageError("its compressed bytes end in the middle")
        if self._deflater is not None:
            self._compress(self._masking.finish() if self._masking else b"")
            self._write(self._deflater.flush())
        if self._counter.is_cut:
            raise TornPageError("it ends inside a quoted value")
        header = next(csv.reader([self._counter.header.decode("utf-8", "replace")]), [])
        rows = max(0, self._counter.records - 1)
        return PageContent(tuple(header), rows, self._size, self._hash.hexdigest(), self._trailer.hex())

    def keep(self) -> None:
        """Put the finished page in its place."""
        self._file.close()
        self._part.replace(self._path)

    def _take(self, text: bytes) -> None:
        """Text as it was before any compression: to be counted, and written if it is not on disk as received."""
        if self._deflater is None:
            self._counter.feed(text)
        else:
            self._compress(self._masking.feed(text) if self._masking else text)

    def _compress(self, text: bytes) -> None:
        if self._deflater is not None and text:
            self._counter.feed(text)
            self._write(self._deflater.compress(text))

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._size += len(data)
        self._trailer = (self._trailer + data[-TRAILER_BYTES:])[-TRAILER_BYTES:]

    def _inflate(self, chunk: bytes) -> None:
        rest = chunk
        while rest and self._inflater is not None:
            if self._inflater.eof:  # a gzip file may have several members
                self._inflater = inflating.decompressobj(GZIP)
            self._take(self._inflater.decompress(rest, MOST_AT_ONCE))
            rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail


def trailer_of(path: Path) -> str:
    """`PageContent.trailer` of a page on disk."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TRAILER_BYTES, 0))
        return file.read().hex()


def sha256_of(path: Path) -> str:
    """The hash of a file on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
