"""Writes the queries. No ORDER BY and no LIMIT ever: both switch the Bulk API's chunking off."""

from collections.abc import Sequence
from datetime import UTC, datetime


def select(
    object_name: str,
    fields: Sequence[str],
    *,
    cursor_field: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> str:
    """SELECT the fields, in their order; with a cursor field only rows in [start, end).

    The lower bound is inclusive: bulk updates stamp thousands of rows with one second, and a window
    must not begin in the middle of them.
    """
    bounds = [] if start is None else [f"{cursor_field} >= {literal(start)}"]
    if end is not None:
        bounds.append(f"{cursor_field} < {literal(end)}")
    if bounds and cursor_field is None:
        raise ValueError(f"a window on {object_name} needs a field to be cut on")
    where = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    return f"SELECT {', '.join(fields)} FROM {object_name}{where}"


def literal(instant: datetime) -> str:
    """A timezone-aware instant as a SOQL literal in UTC, to the millisecond (cut, not rounded)."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
