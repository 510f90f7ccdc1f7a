"""Holding the source's numbers against the warehouse's, as of one cursor, into ops.reconciliation.

The numbers come from the source with the query's window (`SourceTotals`); nothing is asked here. What
follows from a difference is decided by the checks.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from connectors.landed import LandedBatch, MonthTotals, SourceTotals
from connectors.warehouse import instants
from connectors.warehouse.connection import transaction
from connectors.warehouse.journal import insert, insert_all
from connectors.warehouse.merge import living_rows
from connectors.warehouse.names import KEY, OPS, constant, constants, quote, raw
from connectors.warehouse.ops import create_schemas
from connectors.warehouse.pages import INCOMING, STAMPS
from connectors.warehouse.schemas import stored_types

log = logging.getLogger("salespulse.warehouse")

# The sum comes as a floating-point number.
RELATIVE_ERROR = Decimal("1e-12")
HALF_A_CENT = Decimal("0.005")

ALIVE = "t._deleted_at IS NULL"

Key = tuple[object, str | None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the warehouse has of an object: whether this run has compared it already, its cursor, the tombstones of
    rows created before the cursor of the totals, and by column the live rows that are not before that."""

    is_compared: bool
    cursor_at: datetime | None
    gone: int
    late: Mapping[str, int]


def reconcile(connection: duckdb.DuckDBPyConnection, totals: SourceTotals, now: datetime | None = None) -> bool:
    """Compare one object after its load; whether everything agrees. Notes how far the source is ahead.

    Rows that were purged at the source after they were deleted may be more in the warehouse. Compared again
    in a run, an object has the result of the last time.
    """
    columns = set(stored_types(connection, totals.table))
    compared_at = instants.stored(now or instants.now())
    with transaction(connection):
        create_schemas(connection)
        known = _known(connection, totals, columns)
        if known.is_compared:
            _forget(connection, totals)
        settled = _settled(totals, columns, known)
        months = _months(connection, totals, columns, settled)
        found = [
            *_rows(connection, totals, columns, known, _all_living(months, settled)),
            *_living(connection, totals, settled, months),
            *months,
        ]
        shared = _shared(totals.run_id, totals.object_name, totals.table, totals.as_of, compared_at)
        insert_all(connection, "reconciliation", [shared | comparison for comparison in found])
        _note_source(connection, totals, known.cursor_at)
    differing = [comparison for comparison in found if not comparison["is_equal"]]
    for comparison in differing:
        log.warning("%s: the source and the warehouse differ: %s", totals.object_name, _told(comparison))
    return not differing


def _known(connection: duckdb.DuckDBPyConnection, totals: SourceTotals, columns: set[str]) -> _Known:
    """By one statement: to plan each of these questions costs more than to answer it."""
    late = {name: _late(totals, name) for name in ("created_date", _stamp(columns) or "") if name in columns}
    gone = f"{_created(totals)} AND _deleted_at IS NOT NULL AND _deletion_kind IS DISTINCT FROM 'hard'"
    asked = [
        f"EXISTS (SELECT 1 FROM {OPS}.source_state WHERE {_of_run(totals)})",
        f"(SELECT cursor_at FROM {OPS}.sync_state WHERE object_name = {constant(totals.object_name)})",
        # Apart, because DuckDB finds the deleted ones by the statistics of its blocks, without reading a million rows.
        f"(SELECT count(*) {gone})" if "created_date" in columns else "0",
        *late.values(),
    ]
    row = connection.execute(f"SELECT {', '.join(asked)}").fetchone() or (False, None, 0)
    is_compared, cursor_at, gone_count, *counts = row
    return _Known(is_compared, cursor_at, gone_count, dict(zip(late, counts, strict=True)))


def _of_run(totals: SourceTotals) -> str:
    return f"(run_id, object_name) = ({constant(totals.run_id)}, {constant(totals.object_name)})"


def _forget(connection: duckdb.DuckDBPyConnection, totals: SourceTotals) -> None:
    connection.execute(f"DELETE FROM {OPS}.reconciliation WHERE {_of_run(totals)} AND measure <> 'ids'")
    connection.execute(f"DELETE FROM {OPS}.source_state WHERE {_of_run(totals)}")


def compare_ids(connection: duckdb.DuckDBPyConnection, batch: LandedBatch, run_id: str, compared_at: datetime) -> None:
    """Note how many of the Ids that the source lists are known; within the load of the list.

    A list that goes beyond the cursor of the object says nothing, for what came since is not loaded yet.
    """
    cursor = connection.execute(
        f"SELECT cursor_at FROM {OPS}.sync_state WHERE object_name = {constant(batch.object_name)}"
    ).fetchone()
    if cursor is None or cursor[0] < instants.stored(batch.window_end):
        return
    known = _number(connection, f"SELECT count(*) FROM {INCOMING} SEMI JOIN {raw(batch.table)} USING ({KEY})")
    listed = _number(connection, f"SELECT count(*) FROM {INCOMING}")
    shared = _shared(run_id, batch.object_name, batch.table, batch.window_end, instants.stored(compared_at))
    insert(connection, "reconciliation", shared | _counted("ids", listed, known))


def _shared(run_id: str, object_name: str, table: str, as_of: datetime, compared_at: datetime) -> dict[str, object]:
    return {
        "run_id": run_id,
        "object_name": object_name,
        "table_name": table,
        "as_of": instants.stored(as_of),
        "compared_at": compared_at,
    }


def _counted(measure: str, source: int, warehouse: int, tolerance: int = 0) -> dict[str, object]:
    return {
        "measure": measure,
        "source_count": source,
        "warehouse_count": warehouse,
        "tolerance": tolerance,
        "is_equal": warehouse - tolerance <= source <= warehouse,
    }


def _rows(
    connection: duckdb.DuckDBPyConnection, totals: SourceTotals, columns: set[str], known: _Known, living: int | None
) -> Iterable[dict[str, object]]:
    """All rows created before the cursor. Deleted ones may have left the recycle bin of the source, and so may
    those that were deleted since. `living` are all rows that are not deleted, if they are counted already."""
    if totals.row_count is None or "created_date" not in columns:
        return
    created, gone = _created(totals), known.gone
    if totals.counted_from is None:
        counted = living_rows(connection, totals.table) if living is None else living
        alive = counted - known.late["created_date"]
    else:
        alive = _number(connection, f"SELECT count(*) {created} AND _deleted_at IS NULL")
    changed = 0
    if totals.changed_ids:
        these = f"{KEY} IN {constants(totals.changed_ids)}"
        changed = _number(connection, f"SELECT count(*) {created} AND _deleted_at IS NULL AND {these}")
    yield _counted("rows", totals.row_count, alive + gone, tolerance=changed + gone)


def _created(totals: SourceTotals) -> str:
    """The rows that were created before the cursor, and lately enough to be at the source still."""
    since = "" if totals.counted_from is None else f" AND created_date >= {instants.constant(totals.counted_from)}"
    return f"FROM {raw(totals.table)} WHERE created_date < {instants.constant(totals.as_of)}{since}"


def _all_living(months: Sequence[Mapping[str, Any]], settled: str | None) -> int | None:
    """All rows that are not deleted, if the months leave none of them out."""
    return sum(month["warehouse_count"] for month in months) if months and settled == ALIVE else None


def _living(
    connection: duckdb.DuckDBPyConnection,
    totals: SourceTotals,
    settled: str | None,
    months: Sequence[Mapping[str, Any]],
) -> Iterable[dict[str, object]]:
    """Live rows that have not changed since the cursor: these must be the same ones, as many as in all months."""
    if totals.live_count is None or settled is None:
        return
    if months:
        count = sum(month["warehouse_count"] for month in months)
    else:
        count = _number(connection, f"SELECT count(*) FROM {raw(totals.table)} t WHERE {settled}")
    yield _counted("live rows", totals.live_count, count)


def _months(
    connection: duckdb.DuckDBPyConnection, totals: SourceTotals, columns: set[str], settled: str | None
) -> list[dict[str, object]]:
    """Count and sum of the amounts by month of the close date, for each side's every month.

    In an org of several currencies by currency too; of those whose amounts the source converts only the count.
    """
    if totals.months is None or settled is None or not {"close_date", "amount"} <= columns:
        return []
    has_currencies = any(month.currency is not None for month in totals.months)
    currency = "currency_iso_code" if has_currencies and "currency_iso_code" in columns else "CAST(NULL AS VARCHAR)"
    rows = connection.execute(
        # By day first: of a million rows that is a fifth of the cost of finding each one's month.
        "SELECT CAST(date_trunc('month', day) AS DATE), iso, sum(row_count), coalesce(sum(total), 0) FROM ("
        f"SELECT close_date AS day, {currency} AS iso, count(*) AS row_count, sum(amount) AS total "
        f"FROM {raw(totals.table)} t WHERE {settled} GROUP BY ALL) GROUP BY ALL"
    ).fetchall()
    stored: dict[Key, MonthTotals] = {
        (month, iso): MonthTotals(month, count, Decimal(str(amount)), iso) for month, iso, count, amount in rows
    }
    given: dict[Key, MonthTotals] = {(month.month, month.currency): month for month in totals.months}
    return [_month(key, given.get(key), stored.get(key)) for key in dict.fromkeys([*given, *stored])]


def _month(key: Key, source: MonthTotals | None, warehouse: MonthTotals | None) -> dict[str, object]:
    nothing = MonthTotals(None, 0, Decimal(0))
    left, right = source or nothing, warehouse or nothing
    amounts = {"source_amount": left.amount, "warehouse_amount": right.amount}
    is_equal = left.row_count == right.row_count and _is_same(left.amount, right.amount)
    counted = _counted("month", left.row_count, right.row_count)
    return {**counted, "month": key[0], "currency": key[1], **amounts, "is_equal": is_equal}


def _is_same(source: Decimal | None, warehouse: Decimal | None) -> bool:
    if source is None or warehouse is None:
        return True
    return abs(source - warehouse) <= HALF_A_CENT + abs(source) * RELATIVE_ERROR


def _late(totals: SourceTotals, column: str) -> str:
    """Live rows that are not before the cursor by this column. Mostly none, which the statistics of blocks tell."""
    late = f"(SELECT count(*) FROM {raw(totals.table)} WHERE _deleted_at IS NULL AND {quote(column)}"
    return f"{late} >= {instants.constant(totals.as_of)}) + {late} IS NULL)"


def _settled(totals: SourceTotals, columns: set[str], known: _Known) -> str | None:
    """The condition on live rows `t` whose stamp is before the cursor, the changed Ids left out."""
    stamp = _stamp(columns)
    if stamp is None:
        return None
    conditions = [ALIVE]
    if known.late[stamp]:
        conditions.append(f"t.{quote(stamp)} < {instants.constant(totals.as_of)}")
    if totals.changed_ids:
        conditions.append(f"t.{KEY} NOT IN {constants(totals.changed_ids)}")
    return " AND ".join(conditions)


def _stamp(columns: set[str]) -> str | None:
    """The column that tells when a row changed last."""
    return next((name for name in (*STAMPS, "created_date") if name in columns), None)


def _note_source(connection: duckdb.DuckDBPyConnection, totals: SourceTotals, cursor_at: datetime | None) -> None:
    state = {
        "run_id": totals.run_id,
        "object_name": totals.object_name,
        "table_name": totals.table,
        "cursor_at": cursor_at,
        "newest_change_at": instants.stored_or_null(totals.newest_change),
        "measured_at": instants.stored(totals.measured_at),
    }
    insert(connection, "source_state", state)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _told(comparison: dict[str, object]) -> str:
    where = f" of {comparison['month']:%Y-%m}" if comparison.get("month") else ""
    where += f" in {comparison['currency']}" if comparison.get("currency") else ""
    text = f"{comparison['measure']}{where}: {comparison['source_count']} there, {comparison['warehouse_count']} here"
    if comparison.get("source_amount") is not None:
        text += f"; amount {comparison['source_amount']} there, {comparison['warehouse_amount']} here"
    return text
