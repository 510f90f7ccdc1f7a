"""Bookings of finance as typed rows, from a CSV or a Parquet file: whole and right, or not at all.

Which columns there are is told by COLUMNS. How a file is opened is `files`' business, how a value is understood
is that of `values`.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from connectors.finance import files, values
from connectors.finance.errors import BookingsColumnsError, BookingsValuesError, Problem

log = logging.getLogger("salespulse.finance")


@dataclass(frozen=True, slots=True)
class Booking:
    """A line of the file; `amount` in `currency_iso_code`, None: the corporate currency. `line` counts from 1."""

    booking_id: str
    opportunity_id: str | None
    account_id: str | None
    account_name: str | None
    booked_date: date
    amount: Decimal
    currency_iso_code: str | None
    line: int


@dataclass(frozen=True, slots=True)
class BookingColumn:
    """A column of the file: other names that it may have, how its values are read, whether each line needs one."""

    name: str
    parse: Callable[[object], object]
    aliases: tuple[str, ...] = ()
    is_needed: bool = False


COLUMNS = (
    BookingColumn("booking_id", values.text, ("invoice_id", "id", "booking", "invoice"), is_needed=True),
    BookingColumn("booked_date", values.day, ("booking_date", "invoice_date", "date"), is_needed=True),
    BookingColumn("amount", values.money, ("booked_amount", "invoice_amount"), is_needed=True),
    BookingColumn("currency_iso_code", values.currency, ("currency", "currency_code")),
    BookingColumn("opportunity_id", values.salesforce_id, ("opportunity",)),
    BookingColumn("account_id", values.salesforce_id),
    BookingColumn("account_name", values.text, ("account", "customer", "customer_name")),
)
PLACES = ("opportunity_id", "account_id", "account_name")  # a booking needs one of them to be somebody's


def read_bookings(path: Path) -> list[Booking]:
    """All bookings of the file, in its order.

    Raises NoBookingsFileError, BookingsColumnsError or BookingsValuesError with every line that is wrong.
    """
    header, rows = files.open_table(path)
    places = _places(path, header)
    bookings: list[Booking] = []
    problems: list[Problem] = []
    for line, row in rows:
        found, wrong = _parsed(line, row, places)
        problems += wrong
        if not wrong:
            bookings.append(Booking(line=line, **found))  # type: ignore[arg-type]
    problems += _repeated(bookings)
    if problems:
        raise BookingsValuesError(path, sorted(problems, key=lambda problem: problem.line))
    log.info("%s: %s bookings read", path.name, f"{len(bookings):,}")
    return bookings


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; columns that are not known are left out, and said so."""
    known = {alias: column.name for column in COLUMNS for alias in (column.name, *column.aliases)}
    named = [known.get("_".join(title.strip().lower().replace("-", " ").split())) for title in header]
    if twice := sorted({name for name in named if name is not None and named.count(name) > 1}):
        raise BookingsColumnsError(path, f"more than one column is {', '.join(twice)}", header)
    places = {name: place for place, name in enumerate(named) if name is not None}
    if missing := [column.name for column in COLUMNS if column.is_needed and column.name not in places]:
        raise BookingsColumnsError(path, f"it has no column {', '.join(missing)}", header)
    if not places.keys() & set(PLACES):
        raise BookingsColumnsError(path, f"it has none of the columns {', '.join(PLACES)}", header)
    if unread := [title for title, name in zip(header, named, strict=True) if name is None]:
        log.info("%s: these columns are not read: %s", path.name, ", ".join(unread))
    return places


def _parsed(line: int, row: Sequence[object], places: dict[str, int]) -> tuple[dict[str, object], list[Problem]]:
    found: dict[str, object] = {}
    problems: list[Problem] = []
    for column in COLUMNS:
        given = row[places[column.name]] if column.name in places else None
        try:
            found[column.name] = column.parse(given)
        except values.UnclearValueError as problem:
            problems.append(Problem(line, column.name, str(given), problem.reason, problem.remedy))
            continue
        if found[column.name] is None and column.is_needed:
            problems.append(Problem(line, column.name, "", "it is empty", "each booking needs one"))
    if not problems and not any(found[name] for name in PLACES):
        reason = "neither a deal nor an account is named"
        problems.append(Problem(line, "account_name", "", reason, f"fill one of {', '.join(PLACES)}"))
    return found, problems


def _repeated(bookings: Iterable[Booking]) -> list[Problem]:
    """A booking that stands there twice would be counted twice."""
    first: dict[str, int] = {}
    problems = []
    for booking in bookings:
        line = first.setdefault(booking.booking_id, booking.line)
        if line != booking.line:
            reason, remedy = f"line {line} has the same", "give each booking an id of its own"
            problems.append(Problem(booking.line, "booking_id", booking.booking_id, reason, remedy))
    return problems
