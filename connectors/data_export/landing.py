"""From the files of an export to landed pages: the same pages and manifests as any other source's.

An export is the whole of an object, so its batch is a full one. Every batch of an export has the same
end of window, the latest stamp in any of its files: up to there it may be taken as known.
"""

import csv
import gzip
import hashlib
import io
import itertools
import logging
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from connectors import landing_zone
from connectors.data_export import rows
from connectors.data_export.archive import Export, ExportFile
from connectors.data_export.errors import ForeignFileError
from connectors.landed import Column, LandedBatch, LandedPage

log = logging.getLogger("salespulse.export")

SOURCE = "data_export"
PAGE_ROWS = 50_000
STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
NO_STAMP = datetime(1970, 1, 1, tzinfo=UTC)

# An object's name and the fields of its header → its columns in that order.
NameColumns = Callable[[str, Sequence[str]], Sequence[Column]]


@dataclass(frozen=True, slots=True)
class _Landed:
    """One object on disk, with the latest stamp that it has."""

    batch: LandedBatch
    latest: datetime


def land(
    export: Export,
    objects: Sequence[str],
    *,
    table_of: Callable[[str], str],
    columns_of: NameColumns,
    landing: Path,
    run_id: str,
) -> tuple[LandedBatch, ...]:
    """Land the given objects of an export, one after the other, and return them as batches to load.

    All of them are on disk before the first is returned: a file that is damaged leaves nothing half
    loaded. Raises DamagedExportError and ForeignFileError.
    """
    landed: list[_Landed] = []
    folders = [landing_zone.new_folder(landing, SOURCE, table_of(name), run_id) for name in objects]
    try:
        for name, folder in zip(objects, folders, strict=True):
            landed.append(_land_object(export, name, folder, columns_of))
    except BaseException:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    latest = max((one.latest for one in landed), default=NO_STAMP)
    end = (latest if latest > NO_STAMP else datetime.now(UTC)) + timedelta(milliseconds=1)
    batches = tuple(replace(one.batch, window_end=end) for one in landed)
    for batch in batches:
        landing_zone.write_batch(batch)
    return batches


def _land_object(export: Export, name: str, folder: Path, columns_of: NameColumns) -> _Landed:
    begun = monotonic()
    folder.mkdir(parents=True)
    pages: list[LandedPage] = []
    header, latest = _header(export.files[name]), NO_STAMP
    columns = tuple(columns_of(name, header))
    for file in export.files[name]:
        with rows.opened(file) as (_, found):
            stamped = _Stamps(header)
            while page := _page(folder, len(pages) + 1, header, stamped.watch(itertools.islice(found, PAGE_ROWS))):
                pages.append(page)
            latest = max(latest, stamped.latest)
    batch = LandedBatch(
        object_name=name,
        table=folder.parent.name,
        mode="full",
        columns=columns,
        pages=tuple(pages),
        job_id=export.mark(name),
        query=", ".join(file.name for file in export.files[name]),
        cursor_name=_cursor(columns),
        window_start=None,
        window_end=latest,
        seconds=round(monotonic() - begun, 3),
        folder=folder,
    )
    log.info("%s: %s rows in %s files of the export", name, f"{batch.rows:,}", len(export.files[name]))
    return _Landed(batch, latest)


def _header(files: Sequence[ExportFile]) -> list[str]:
    """The header that all files of an object share."""
    first: list[str] = []
    for file in files:
        with rows.opened(file) as (header, _):
            if first and header != first:
                raise ForeignFileError(file.name, "its columns are not those of the object's other files")
            first = header
    return first


def _cursor(columns: Sequence[Column]) -> str | None:
    names = {column.source_name: column.name for column in columns}
    return next((names[stamp] for stamp in STAMPS if stamp in names), None)


class _Stamps:
    """Sees the latest stamp of the rows that pass by."""

    def __init__(self, header: Sequence[str]) -> None:
        self._place = next((header.index(name) for name in STAMPS if name in header), None)
        self._latest = ""

    def watch(self, found: Iterator[list[str]]) -> Iterator[list[str]]:
        place = self._place
        for row in found:
            if place is not None and row[place] > self._latest:
                self._latest = row[place]
            yield row

    @property
    def latest(self) -> datetime:
        """In UTC, which the export writes: `2026-01-31T08:00:00.000Z`, or with a blank and no zone."""
        try:
            instant = datetime.fromisoformat(re.sub(r"\s", "T", self._latest, count=1))
        except ValueError:
            return NO_STAMP
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _page(folder: Path, number: int, header: list[str], found: Iterator[list[str]]) -> LandedPage | None:
    """The next rows as a page; None if there are none."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for count, row in enumerate(found, 1):  # noqa: B007 - the count is what remains
        writer.writerow(row)
    if not count:
        return None
    content = gzip.compress(text.getvalue().encode(), compresslevel=1, mtime=0)
    path = folder / f"page-{number:05d}.csv.gz"
    landing_zone.write_bytes(path, content)
    return LandedPage(number, path, count, len(content), hashlib.sha256(content).hexdigest())
