"""What travels from a source to the warehouse: files on disk, counted, with their columns.

Only frozen values live here. How pages are fetched is a source's business (`connectors.salesforce`),
how they are loaded the warehouse's (`connectors.warehouse`), how they lie on disk `connectors.landing_zone`'s.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

Mode = Literal["full", "incremental"]
# rows: what changed, or everything; it moves the cursor.
# refresh: Id and some columns; differing values are merged, no row is made, no cursor moves.
# ids: the Id (and IsDeleted, if the object has it) of every row at the source as of `window_end`.
Purpose = Literal["rows", "refresh", "ids"]
DeletionKind = Literal["soft", "hard", "merged"]
# Salesforce keeps field history for 18 months at least (24 by API); so long no row of it has aged out.
HISTORY_KEPT = timedelta(days=365)
HISTORY_CURSOR = "created_date"


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

    `purpose` says what the rows are for. A `refresh` (a formula column that moves no stamp, the
    backfill of an added field) is all rows or some, and touches only the columns that it has. `ids`
    is the complete list of Ids: what the warehouse holds, was created before `window_end` and is not
    in it, is gone, and marked as deleted, kind 'hard'.

    `folder` is the folder of the landing zone with the pages and their `manifest.json`; a batch
    without one is loaded, but cannot be replayed. `source_now` is the source's clock when the query
    was made, to tell how far the cursor lags behind it.
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
    purpose: Purpose = "rows"
    folder: Path | None = None
    source_now: datetime | None = None

    @property
    def is_history(self) -> bool:
        """Rows that nothing stamps after they are made, so that only their making tells what is new. They age out
        at the source: that an old one is missing from a full read is no deletion."""
        return self.cursor_name == HISTORY_CURSOR

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.pages)

    @property
    def bytes(self) -> int:
        return sum(page.bytes for page in self.pages)


@dataclass(frozen=True, slots=True)
class LandedDeletions:
    """Records that the source says were deleted from `window_start` to `window_end` (aware UTC).

    `rows` are (Id, instant of the deletion), also in `file`, a gzip CSV in the landing zone that
    `landing_zone.land_deletions` writes. `kind` goes for all of them: what a query still returned with
    its flag is 'soft', what only getDeleted names is 'hard'. A record that is not in the warehouse, or
    is marked there already, is passed over; so is one that changed after its deletion: it is back.
    """

    object_name: str
    table: str
    kind: DeletionKind
    rows: tuple[tuple[str, datetime], ...]
    file: Path
    run_id: str
    window_start: datetime
    window_end: datetime


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """Rows of one month of CloseDate, and the sum of their Amount; `month` is its first day.

    `currency` is the ISO code where the org has several: a sum over several would be in none of them. `amount` is
    None where the source cannot tell it in that currency.
    """

    month: date | None
    row_count: int
    amount: Decimal | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class SourceTotals:
    """Numbers of the source to hold against the warehouse as of `as_of`, the cursor of the load.

    `row_count` counts the rows created before `as_of` (and from `counted_from` on, where it is set, for what is
    older may have aged out at the source), those in the recycle bin included (queryAll),
    None if it could not be asked. `live_count` counts the rows that are not deleted and have a stamp
    before `as_of`, `months` (of Opportunity) are the same rows by month of CloseDate. `changed_ids` have
    been changed, deleted or hard deleted since `as_of`; they are left out of the warehouse's live rows
    and months, as they are of the source's.
    `newest_change` is the greatest stamp at the source, `measured_at` its clock at the time.
    """

    object_name: str
    table: str
    run_id: str
    as_of: datetime
    row_count: int | None
    measured_at: datetime
    newest_change: datetime | None = None
    months: tuple[MonthTotals, ...] | None = None
    changed_ids: tuple[str, ...] = ()
    live_count: int | None = None
    counted_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiCalls:
    """Requests that a run sent for one object, or for none (login, limits), by kind.

    `kind` is such as 'bulk', 'rest', 'describe', 'count'; `count` includes the repeated ones.
    """

    run_id: str
    object_name: str | None
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class ApiAllowance:
    """Requests of the whole org in 24 hours, as the last answer of a run told: used ones and allowed ones."""

    run_id: str
    used: int
    limit: int
