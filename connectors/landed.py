"""What travels from a source to the warehouse: files on disk, counted, with their columns.

Only frozen values live here. How pages are fetched is a source's business (`connectors.salesforce`),
how they are loaded the warehouse's (`connectors.warehouse`).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

Mode = Literal["full", "incremental"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a landed page.

    `source_name` is the spelling in the page header, `name` the warehouse's snake_case spelling and
    `duckdb_type` the type that it is cast to: VARCHAR, BOOLEAN, BIGINT, DOUBLE, DATE, TIME,
    TIMESTAMP (a UTC instant) or DECIMAL(18, s).
    """

    source_name: str
    name: str
    duckdb_type: str


@dataclass(frozen=True, slots=True)
class LandedPage:
    """One gzip-compressed CSV page as received, with a header row. `bytes` is its size on disk."""

    number: int
    path: Path
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LandedBatch:
    """All pages of one query of one object, complete: rows read equal rows announced.

    `columns` are in the order of every page's header. Instants are timezone-aware UTC. `window_end`
    is the instant up to which the source vouches that every change is in here; it becomes the
    cursor. `cursor_name` is the warehouse column that the window was cut on, None if the whole
    object is read each time.
    """

    object_name: str
    table: str
    mode: Mode
    columns: tuple[Column, ...]
    pages: tuple[LandedPage, ...]
    job_id: str
    query: str
    cursor_name: str | None
    window_start: datetime | None
    window_end: datetime
    seconds: float

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.pages)

    @property
    def bytes(self) -> int:
        return sum(page.bytes for page in self.pages)
