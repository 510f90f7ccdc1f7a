"""The pages of a batch as plain text, for as long as a load reads them.

DuckDB inflates a page for three times what isal takes. The texts lie in `<landing>/inflated`, one load's at a time;
what a killed one has left there goes with the next. Whether a page is the one that was landed is checked in `pages`.
"""

import logging
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from connectors.landed import LandedBatch
from connectors.warehouse.logbook import Logbook

try:
    isal: Any = import_module("isal.isal_zlib")
except ImportError:  # there is no wheel of it for every machine
    isal = None

log = logging.getLogger("salespulse.warehouse")

FOLDER = "inflated"
# Of text: two million rows of nineteen columns. What is larger is not worth so much of a disk.
MOST_BYTES = 640_000_000
GZIP = 16 + zlib.MAX_WBITS
CHUNK_BYTES = 1 << 18


class _NotWorthItError(Exception):
    """The pages are to be read as they are. Inside this module only."""


@contextmanager
def inflated(batch: LandedBatch) -> Iterator[dict[Path, Path]]:
    """The file of each page's text and the page that it is of, in their order, until the block ends.

    Empty where the pages are to be read as they are: they are too large, or lie in no landing zone, or there is no
    isal, or no room to write. Raises nothing of its own: what is wrong with a page is told by who reads it.
    """
    if isal is None or batch.folder is None:
        yield {}
        return
    folder = Logbook.of(batch.folder).landing / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield _texts(batch, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _texts(batch: LandedBatch, folder: Path) -> dict[Path, Path]:
    texts: dict[Path, Path] = {}
    room = MOST_BYTES
    try:
        folder.mkdir()
        for page in batch.pages:
            text = folder / f"{page.number}.csv"
            room -= _inflate(page.path, text, room)
            texts[text] = page.path
    except (OSError, EOFError, isal.error, _NotWorthItError) as error:
        log.debug("%s: its pages are read as they are: %s", batch.object_name, error)
        return {}
    return texts


def _inflate(page: Path, text: Path, room: int) -> int:
    """Bytes of text that were written. The end of the gzip file has told that they are all, and whole."""
    size, inflater = 0, isal.decompressobj(GZIP)
    with page.open("rb") as source, text.open("wb", buffering=0) as target:
        while chunk := source.read(CHUNK_BYTES):
            while chunk:
                if inflater.eof:  # a gzip file may have several members
                    inflater = isal.decompressobj(GZIP)
                size += _written(target, inflater.decompress(chunk, CHUNK_BYTES))
                chunk = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                if size > room:
                    raise _NotWorthItError("their text is too long")
    if not inflater.eof:
        raise EOFError("a page ends in the middle")
    return size


def _written(target: Any, text: bytes) -> int:
    """All of the text: a raw file may take a part of it at a time."""
    rest = memoryview(text)
    while rest:
        rest = rest[target.write(rest) :]
    return len(text)
