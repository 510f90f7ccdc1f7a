"""Reads one published version: its rows, its as-of instant, its weeks and quarters.

`current` is resolved once, so everything read through one `Published` is of one version, also
while the next is being published. What the rows mean is the callers' business.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from connectors.warehouse.connection import connect

Row = Mapping[str, Any]
CENT = Decimal("0.01")


class PublishedError(Exception):
    """The published file is not there or lacks something. `path` is the file, `reason` what is missing."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"The published file {path} cannot be reported on: {reason}. "
            "Run the pipeline to its end (`salespulse run`), then try again."
        )


@dataclass(frozen=True, slots=True)
class Quarter:
    """A fiscal quarter, its last day included. `elapsed_ratio` is the part that is over at the as-of day."""

    label: str
    start: date
    end: date
    elapsed_ratio: float


@dataclass(frozen=True)
class Published:
    """An open published version. Instants in it are naive UTC; `zone` is the reporting time zone."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    as_of: datetime
    zone: ZoneInfo

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query with $named parameters. Raises PublishedError if a mart or column is missing."""
        try:
            cursor = self.connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise PublishedError(self.path, str(error).splitlines()[0]) from error

    def one(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The single row of an aggregate."""
        return self.rows(sql, **parameters)[0]

    @property
    def today(self) -> date:
        """The as-of day in the reporting time zone."""
        return self.as_of.date()

    @property
    def as_of_utc(self) -> datetime:
        """The as-of instant as the marts write instants: naive UTC."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)

    @property
    def this_week(self) -> date:
        """The Monday of the week that the marts call the current one; it is not over yet."""
        found = self.one("select max(week_start_date) as day from marts.rpt_owner_kpis_weekly where is_current_week")
        return found["day"] or self.today - timedelta(days=self.today.weekday())

    @property
    def last_week(self) -> date:
        """The Monday of the last full week."""
        return self.this_week - timedelta(days=7)

    def quarter(self, day: date | None = None) -> Quarter:
        """The fiscal quarter of a day (default: the as-of day). Raises PublishedError outside dim_dates."""
        wanted = day or self.today
        found = self.rows(
            """
            select fiscal_quarter_label, fiscal_quarter_start_date, fiscal_quarter_end_date
            from marts.dim_dates where date_day = $day
            """,
            day=wanted,
        )
        if not found:
            raise PublishedError(self.path, f"dim_dates does not hold {wanted}")
        label, start, end = found[0].values()
        elapsed = ((self.today - start).days + 1) / ((end - start).days + 1)
        return Quarter(label, start, end, min(max(elapsed, 0.0), 1.0))

    def start_of(self, day: date) -> datetime:
        """The instant (naive UTC) at which a day of the reporting time zone begins."""
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return local.astimezone(UTC).replace(tzinfo=None)

    def local(self, instant: datetime | None) -> datetime | None:
        """A naive UTC instant as the naive time on the wall of the reporting time zone."""
        if instant is None:
            return None
        return instant.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)


@contextmanager
def open_published(file: Path, time_zone: str | None = None) -> Iterator[Published]:
    """Open the version that `file` is now. Raises PublishedError.

    `time_zone` defaults to the org's own, as the sync found it, else UTC.
    """
    if not file.exists():
        raise PublishedError(file, "nothing has been published yet")
    path = file.resolve()
    connection = connect(path, read_only=True)
    try:
        yield _published(path, connection, time_zone)
    finally:
        connection.close()


def _published(path: Path, connection: duckdb.DuckDBPyConnection, time_zone: str | None) -> Published:
    draft = Published(path, connection, datetime.now(UTC), ZoneInfo(time_zone or "UTC"))
    found = draft.one("select max(cursor_at) as as_of, max(time_zone) as time_zone from ops.sync_state")
    if found["as_of"] is None:
        raise PublishedError(path, "no object has been synced, so there is no as-of instant")
    zone = ZoneInfo(time_zone or found["time_zone"] or "UTC")
    return Published(path, connection, found["as_of"].replace(tzinfo=UTC).astimezone(zone), zone)


def money(value: Any) -> Decimal | None:
    """A mart's amount to the cent, exactly addable, whether the mart holds DECIMAL or DOUBLE."""
    return None if value is None else Decimal(str(value)).quantize(CENT)


def total(values: Any) -> Decimal | None:
    """The sum of what is known; None if nothing is."""
    known = [money(value) for value in values if value is not None]
    return sum((value for value in known if value is not None), Decimal(0)) if known else None
