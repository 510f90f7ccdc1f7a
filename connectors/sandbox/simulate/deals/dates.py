"""Close dates as sellers tell them: hopeful at first, told anew with some stages, put off when they come due."""

from dataclasses import dataclass

import numpy as np

from connectors.sandbox.simulate.deals.agenda import Agenda
from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags
from connectors.sandbox.simulate.deals.events import MANAGER, OWNER, UNSET, Events, events
from connectors.sandbox.simulate.deals.fates import DRIFTS, Fates, visit_days
from connectors.sandbox.simulate.deals.routes import VISITS
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, all_in_office
from connectors.sandbox.simulate.setting.fiscal import month_ends, quarter_ends
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import CYCLES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants

HOPE = (0.75, 1.4)  # the first close date, in expected cycles from birth
RETOLD_SHARE, RETOLD = 0.95, (0.8, 1.1)  # at how many stage entries, in what is expected to remain
PUT_OFF_DAYS = (4, 16)
LATE_DAYS, EARLY_DAYS = (20, 100), (-6, 1)  # put off by the careless when overdue, by the others about in time
DRIFTING_DAYS = (120, 300)
CARELESS = (0.75, 0.42)  # by whether a deal follows the process
MONTH_END_SHARE, QUARTER_END_SHARE = 0.35, 0.9  # dates rounded; the second for those who mean quarters
QUARTER_END_BREATH = 40  # rounding up to a quarter's end goes no further than this
MEDDLING_SCALE = 0.8
LEAST_WAIT = 600  # seconds


@dataclass(frozen=True)
class Dates:
    """`told` is the close day set at the beginning of each visit (UNSET: none), `moved` are the changes within."""

    told: Ints
    moved: Events


class _Diary:
    """What is needed to tell a date: the deals' sellers and their ways with dates."""

    def __init__(self, era: Era, births: Births, fates: Fates, slants: Slants, stream: np.random.Generator) -> None:
        self._era, self._stream = era, stream
        self._is_quarterly = slants["OPP-16"][births.slot]
        careless = stream.random(len(births)) < np.array(CARELESS)[births.is_following.astype(np.int64)]
        self._is_late: Flags = careless
        self._is_adrift: Flags = fates.fate == DRIFTS

    def rounded(self, deals: Ints, days: Ints) -> Ints:
        draw = self._stream.random(deals.size)
        quarter = quarter_ends(days, self._era.fiscal_month)
        is_quarterly = self._is_quarterly[deals] & (draw < QUARTER_END_SHARE)
        days = np.where(~is_quarterly & (draw < MONTH_END_SHARE), month_ends(days), days)
        return np.where(is_quarterly, quarter, days)

    def push_instants(self, deals: Ints, close: Ints, now: Ints) -> Ints:
        stream = self._stream
        late = np.select(
            [self._is_adrift[deals], self._is_late[deals]],
            [stream.uniform(*DRIFTING_DAYS, deals.size), stream.uniform(*LATE_DAYS, deals.size)],
            stream.uniform(*EARLY_DAYS, deals.size),
        )
        wanted = np.maximum(close * DAY + (late * DAY).astype(np.int64), now + HOUR)
        return np.maximum(all_in_office(wanted, stream), now + LEAST_WAIT)


def tell_dates(
    era: Era, staff: Staff, births: Births, fates: Fates, agenda: Agenda, slants: Slants, stream: np.random.Generator
) -> Dates:
    diary = _Diary(era, births, fates, slants, stream)
    count = len(births)
    told = np.full((count, VISITS), UNSET, dtype=np.int64)
    expected = CYCLES[births.process] * births.pace * stream.uniform(*HOPE, count)
    every = np.arange(count)
    first = births.start // DAY + 3 + expected.astype(np.int64)
    close = np.where(births.is_born_closed, births.start // DAY, diary.rounded(every, first))
    told[:, 0] = close
    remaining = _remaining_days(fates)
    moved: list[tuple[Ints, Ints, Ints]] = []
    for visit in range(VISITS):
        here = np.flatnonzero(fates.last >= visit)
        if visit:
            anew = here[stream.random(here.size) < RETOLD_SHARE]
            ahead = 2 + (remaining[anew, visit] * stream.uniform(*RETOLD, anew.size)).astype(np.int64)
            close[anew] = diary.rounded(anew, agenda.bounds[anew, visit] // DAY + ahead)
            told[anew, visit] = close[anew]
        moved += _put_off(here, close, agenda.bounds[:, visit], agenda.bounds[:, visit + 1], diary, stream)
    again = np.flatnonzero(agenda.is_reopened)
    close[again] = agenda.reopened[again] // DAY + stream.integers(10, 40, again.size)
    moved += [(again, agenda.reopened[again], close[again].copy())]
    moved += _put_off(again, close, agenda.reopened, agenda.reclosed, diary, stream)
    deal, at, days = (np.concatenate(each) for each in zip(*moved, strict=True))
    by = np.where(stream.random(deal.size) < staff.meddling[births.slot[deal]] * MEDDLING_SCALE, MANAGER, OWNER)
    return Dates(told, events(deal, at, close=days, by=by))


def _put_off(
    here: Ints, close: Ints, begins: Ints, ends: Ints, diary: _Diary, stream: np.random.Generator
) -> list[tuple[Ints, Ints, Ints]]:
    """Changes (deal, instant, close day) of the deals `here` between two instants each; `close` is kept up."""
    moved, now = [], begins[here]
    while here.size:
        at = diary.push_instants(here, close[here], now)
        is_open = at < ends[here] - HOUR
        here, at = here[is_open], at[is_open]
        days = diary.rounded(here, at // DAY + stream.integers(*PUT_OFF_DAYS, here.size))
        days = np.maximum(days, close[here] + 1)
        close[here] = days
        moved.append((here, at, days))
        now = at
    return moved


def _remaining_days(fates: Fates) -> Ints:
    """Per visit the median days from its beginning to the end of the route."""
    days = np.stack(
        [np.where(fates.stages[:, visit] == NONE, 0.0, visit_days(fates, visit)) for visit in range(VISITS)], axis=1
    )
    return np.asarray(np.cumsum(days[:, ::-1], axis=1)[:, ::-1].astype(np.int64))
