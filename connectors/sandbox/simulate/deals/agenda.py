"""When each deal is created, moved on, closed, reopened and deleted, to the second: the frame of its events."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags
from connectors.sandbox.simulate.deals.events import LEAST_GAP
from connectors.sandbox.simulate.deals.fates import DRIFTS, WINS, Fates
from connectors.sandbox.simulate.deals.routes import BLITZ_VISITS, VISITS
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, office_time, shift_weekends, weekday
from connectors.sandbox.simulate.setting.fiscal import quarter_ends
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.slants import Slants

LATE_MOVE_SHARE, LATE_MOVE_DAYS = 0.8, 6  # of who moves deals at quarters' ends only
QUIET_AFTER = (5, 25)  # days into the stage in which a deal begins to drift
NEVER = np.int64(1) << 33


@dataclass(frozen=True)
class Agenda:
    """Per deal, in seconds. Visit v lasts from `bounds[:, v]` to `bounds[:, v + 1]`, for v up to `last`.

    `closed` is the first closing. NEVER is after all time.
    """

    bounds: Ints
    last: Ints
    closed: Ints
    reopened: Ints
    reclosed: Ints
    deleted: Ints
    quiet_from: Ints
    is_reopened: Flags

    def take(self, rows: Any) -> "Agenda":
        return Agenda(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def join_agendas(parts: list[Agenda]) -> Agenda:
    return Agenda(**{e.name: np.concatenate([getattr(part, e.name) for part in parts]) for e in fields(Agenda)})


def schedule(era: Era, births: Births, fates: Fates, slants: Slants, stream: np.random.Generator) -> Agenda:
    bounds = _bounds(era, births, fates, slants, stream)
    rows = np.arange(len(births))
    closed = np.where(fates.last == NONE, births.start, bounds[rows, fates.last + 1])
    reopened = office_time(np.maximum(fates.reopened_day, closed // DAY + 1), stream)
    reclosed = np.maximum(office_time(np.maximum(fates.reclosed_day, fates.reopened_day + 1), stream), reopened + HOUR)
    is_reopened = fates.reopened_day != NONE
    deleted = office_time(fates.deleted_day, stream)
    is_open_then = (deleted > births.start + HOUR) & (deleted < closed)
    is_open_again = is_reopened & (deleted > reopened) & (deleted < reclosed)
    is_deleted = (fates.deleted_day != NONE) & (is_open_then | is_open_again)
    lived_until = np.minimum(closed, np.where(is_deleted, deleted, NEVER))
    entered = bounds[rows, np.maximum(fates.last, 0)]
    quiet = entered + (stream.uniform(*QUIET_AFTER, rows.size) * DAY).astype(np.int64)
    return Agenda(
        bounds=bounds,
        last=fates.last,
        closed=closed,
        reopened=np.where(is_reopened, reopened, NEVER),
        reclosed=np.where(is_reopened, reclosed, NEVER),
        deleted=np.where(is_deleted, deleted, NEVER),
        quiet_from=np.where((fates.fate == DRIFTS) & (quiet < lived_until), quiet, NONE),
        is_reopened=is_reopened,
    )


def _bounds(era: Era, births: Births, fates: Fates, slants: Slants, stream: np.random.Generator) -> Ints:
    count = len(births)
    days = shift_weekends(fates.ends)
    late = np.minimum(_late_days(days, era), fates.closed_day[:, None])
    days = np.where(_is_moved_late(fates, births, slants, stream), np.maximum(late, days), days)
    rows, last = np.arange(count), np.maximum(fates.last, 0)
    days[rows, last] = fates.closed_day
    bounds = np.empty((count, VISITS + 1), dtype=np.int64)
    bounds[:, 0] = births.start
    bounds[:, 1:] = days * DAY + stream.integers(8 * HOUR, 18 * HOUR, days.shape)
    soon = np.cumsum(stream.integers(240, 900, (count, BLITZ_VISITS)), axis=1)
    is_quick = fates.is_blitz[:, None] & (np.arange(BLITZ_VISITS)[None, :] < fates.last[:, None])
    early = bounds[:, 1 : BLITZ_VISITS + 1]
    early[is_quick] = (births.start[:, None] + soon)[is_quick]
    bounds[:, 1:][fates.ends == NONE] = NONE
    steps = LEAST_GAP * np.arange(VISITS + 1)
    return np.asarray(np.maximum.accumulate(bounds - steps, axis=1) + steps, dtype=np.int64)


def _is_moved_late(fates: Fates, births: Births, slants: Slants, stream: np.random.Generator) -> Any:
    late = slants["PATH-09"][births.slot] & ~fates.is_blitz
    is_chosen = late[:, None] & (stream.random(fates.ends.shape) < LATE_MOVE_SHARE)
    return is_chosen & (fates.ends != NONE) & (np.arange(VISITS)[None, :] < fates.last[:, None])


def _late_days(days: Ints, era: Era) -> Ints:
    """The quarter's last days, for moves that would come before them."""
    latest = quarter_ends(days, era.fiscal_month) - np.arange(VISITS)[None, :] % LATE_MOVE_DAYS
    latest = latest - np.maximum(weekday(latest) - 4, 0)
    return np.asarray(np.maximum(days, latest), dtype=np.int64)


def is_won(fates: Fates) -> Flags:
    """Whether the last closing, if none is deleted, is a win."""
    return np.asarray(np.where(fates.reopened_day == NONE, fates.fate == WINS, fates.is_rewon))
