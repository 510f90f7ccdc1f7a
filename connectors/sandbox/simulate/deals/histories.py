"""What was changed about deals, as rows of OpportunityHistory and OpportunityFieldHistory. They go with their deal."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book, Steps
from connectors.sandbox.simulate.deals.opportunities import RECORD_TYPE_IDS, STAGE_NAMES
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.setting.process import CATEGORIES, PROCESSES
from connectors.sandbox.simulate.staff.people import Staff

FIELDS = ("created", "StageName", "Amount", "CloseDate", "Owner", "Owner", "RecordType", "RecordType")
TYPES = (None, "DynamicEnum", "Currency", "DateOnly", "EntityId", "Text", "EntityId", "Text")
Change = tuple[int, Ints, Any, Any]  # kind, indexes of steps, old texts, new texts


def history_table(staff: Staff, book: Book, first_number: int = 1) -> Any:
    """A row at creation and for every change of stage, amount, close date, probability or category."""
    steps = book.steps
    tracked = (steps.stage, steps.amount, steps.close, steps.probability, steps.category)
    unchanged = np.logical_and.reduce([steps.same(values) for values in tracked])
    kept = np.flatnonzero(~unchanged & ~steps.is_deleted)
    deleted_at, doomed = _cascade(book, steps.deal[kept])
    which = np.concatenate([kept, kept[doomed]])
    numbers = np.concatenate([np.arange(kept.size), doomed])
    stamped = np.concatenate([steps.at[kept], deleted_at])
    previous = np.where(steps.is_first[which], NONE, which - 1)
    return frames.table(
        {
            "Id": frames.ids("008", numbers + first_number),
            "OpportunityId": frames.pick(frames.ids("006", book.numbers), steps.deal[which]),
            "CreatedById": frames.pick(staff.ids, steps.by[which]),
            "CreatedDate": frames.instants(steps.at[which]),
            "StageName": frames.pick(STAGE_NAMES, steps.stage[which]),
            "Amount": frames.numbers(steps.amount[which]),
            "ExpectedRevenue": frames.numbers((steps.amount * steps.probability / 100)[which]),
            "CloseDate": frames.days(steps.close[which]),
            "Probability": steps.probability[which],
            "ForecastCategory": frames.pick(CATEGORIES, steps.category[which]),
            "SystemModstamp": frames.instants(stamped),
            "IsDeleted": np.arange(which.size) >= kept.size,
            "PrevAmount": frames.pick(frames.numbers(steps.amount), previous),
            "PrevCloseDate": frames.pick(frames.days(steps.close), previous),
            "_from": frames.instants(stamped),
            "_until": frames.instants(_lasting(kept.size, deleted_at, doomed)),
        }
    )


def field_history_table(staff: Staff, book: Book, first_number: int = 1) -> Any:
    """Rows for the tracked fields; a change of owner or record type makes two, one with ids and one with names."""
    steps = book.steps
    changes = list(_changes(staff, steps))
    kind = np.concatenate([np.full(where.size, kind) for kind, where, _, _ in changes])
    which = np.concatenate([where for _, where, _, _ in changes])
    order = order_by(which, kind)
    kind, which = kind[order], which[order]
    deleted_at, doomed = _cascade(book, steps.deal[which])
    every = np.concatenate([np.arange(which.size), doomed])
    source = which[every]
    values = pa.array(order[every])
    return frames.table(
        {
            "Id": frames.ids("017", every + first_number),
            "IsDeleted": np.arange(every.size) >= which.size,
            "OpportunityId": frames.pick(frames.ids("006", book.numbers), steps.deal[source]),
            "CreatedById": frames.pick(staff.ids, steps.by[source]),
            "CreatedDate": frames.instants(steps.at[source]),
            "Field": frames.pick(list(FIELDS), kind[every]),
            "DataType": frames.pick(list(TYPES), kind[every]),
            "OldValue": pa.concat_arrays([old for _, _, old, _ in changes]).take(values),
            "NewValue": pa.concat_arrays([new for _, _, _, new in changes]).take(values),
            "_from": frames.instants(np.concatenate([steps.at[which], deleted_at])),
            "_until": frames.instants(_lasting(which.size, deleted_at, doomed)),
        }
    )


def _changes(staff: Staff, steps: Steps) -> Iterator[Change]:
    first = np.flatnonzero(steps.is_first)
    nothing = pa.nulls(first.size, pa.string())
    yield 0, first, nothing, nothing
    names = [person.name for person in staff.people]
    types = [process.label for process in PROCESSES]
    for kind, values, texts in (
        (1, steps.stage, STAGE_NAMES),
        (2, steps.amount, None),
        (3, steps.close, None),
        (4, steps.owner, staff.ids),
        (5, steps.owner, names),
        (6, steps.record_type, RECORD_TYPE_IDS),
        (7, steps.record_type, types),
    ):
        where = np.flatnonzero(~steps.same(values) & ~steps.is_first & ~steps.is_deleted)
        yield kind, where, _texts(kind, values[where - 1], texts), _texts(kind, values[where], texts)


def _texts(kind: int, values: Any, texts: Any) -> Any:
    if texts is not None:
        return frames.plain(frames.pick(pa.array(texts, pa.string()), values))
    if FIELDS[kind] == "CloseDate":
        return frames.texts(frames.days(values))
    return _money(values)


def _money(amounts: Any) -> Any:
    """Amounts as the API writes them: with a decimal point, nothing for none."""
    cents = np.round(np.nan_to_num(amounts) * 100).astype(np.int64)
    if not (cents % 100).any():
        whole = frames.joined(frames.texts(cents // 100), ".0")
        return frames.plain(frames.pick(whole, np.where(np.isnan(amounts), NONE, np.arange(amounts.size))))
    return pa.array([None if np.isnan(each) else str(float(each)) for each in amounts], pa.string())


def _cascade(book: Book, deals_of_rows: Ints) -> tuple[Ints, Ints]:
    """Rows that go with their deleted deal: when, and which."""
    gone = book.deals.deleted_at[deals_of_rows]
    doomed = np.flatnonzero(gone != NONE)
    return gone[doomed], doomed


def _lasting(count: int, deleted_at: Ints, doomed: Ints) -> Ints:
    """Until when `count` rows and the deleted versions of the `doomed` among them are the latest."""
    until = np.full(count + doomed.size, NONE, dtype=np.int64)
    until[doomed] = deleted_at
    return until
