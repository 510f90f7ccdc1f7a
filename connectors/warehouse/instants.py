"""Instants at the border to DuckDB: timezone-aware UTC in Python, naive UTC in the warehouse."""

from datetime import UTC, datetime
from typing import Any


def now() -> datetime:
    return datetime.now(UTC)


def stored(instant: datetime) -> datetime:
    """What DuckDB is given. A naive instant is refused: nobody could say which zone it means."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; give a timezone-aware instant, such as one in UTC")
    return instant.astimezone(UTC).replace(tzinfo=None)


def stored_or_null(instant: datetime | None) -> datetime | None:
    return None if instant is None else stored(instant)


def fetched(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A fetched row with UTC attached to its instants."""
    return tuple(value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row)


def constant(instant: datetime) -> str:
    """The instant as SQL."""
    return f"TIMESTAMP '{stored(instant).isoformat(sep=' ')}'"
