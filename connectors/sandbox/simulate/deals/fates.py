"""What becomes of each deal and on which day: won, lost or adrift, reopened, deleted. True odds follow from it.

Time is counted in natural days first (birth plus the days of each visit); what is saved on a weekend is saved on
Monday, and some of what is won late in a quarter is signed in its last days. That happens to natural days alone, so
that the distribution of every deal's end can be computed exactly: `odds`.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.deals.routes import BLITZ_VISITS, VISITS, Codes, Routes
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints, shift_weekends, weekday
from connectors.sandbox.simulate.setting.fiscal import quarter_ends
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import MEDIAN_DAYS

SPREAD = 0.65  # of the lognormal days in a stage
LOSING_PACE = 2.6  # who loses takes longer in the last stage
DRIFT_DAYS, DRIFT_SPREAD = 165.0, 0.45
DRIFT_SHARES = (0.36, 0.16)  # of the losing deals, by whether they follow the process
RUSH_SHARE, RUSH_DAYS = 0.45, 24  # wins that wait for the quarter's last days, of those due in its last weeks
RUSH_TARGETS, RUSH_ODDS = np.array((0, 1, 2, 5)), np.array((0.4, 0.25, 0.2, 0.15))  # days before its end
DELETION_HAZARD, PURGE_HAZARD, PURGE_DAYS = 0.00022, 0.0016, 13  # a day; the second in the days before the anchor
REOPENED_WIN, REOPEN_GAP, REOPENED_STAY = 0.4, (5, 60), (8, 40)
WINS, LOSES, DRIFTS = range(3)


@dataclass(frozen=True)
class Fates:
    """Per deal; days are day numbers. `ends` are the natural days on which its visits end, up to visit `last`.

    `closed_day` is when its first closing is saved. A deal is deleted on `deleted_day` if it is open then.
    """

    process: Ints
    start_day: Ints
    stages: Codes
    shares: Floats
    pace: Floats
    chance: Floats
    drift: Floats
    is_blitz: Flags
    fate: Ints
    last: Ints
    ends: Ints
    rush: Ints
    closed_day: Ints
    reopened_day: Ints
    is_rewon: Flags
    reclosed_day: Ints
    deleted_day: Ints

    def __len__(self) -> int:
        return self.fate.size

    def take(self, rows: Any) -> "Fates":
        return Fates(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def join(parts: list[Fates]) -> Fates:
    return Fates(**{e.name: np.concatenate([getattr(part, e.name) for part in parts]) for e in fields(Fates)})


def draw_fates(era: Era, births: Births, routes: Routes, stream: np.random.Generator) -> Fates:
    count = len(births)
    drift = np.array(DRIFT_SHARES)[births.is_following.astype(np.int64)]
    loses = stream.random(count) >= births.chance
    fate = np.where(loses, np.where(stream.random(count) < drift, DRIFTS, LOSES), WINS)
    dies = (np.cumsum(routes.shares, axis=1) <= stream.random(count)[:, None]).sum(axis=1)
    last = np.where(loses, np.minimum(dies, routes.count - 1), routes.count - 1)
    start_day = births.start // DAY
    ends = start_day[:, None] + np.cumsum(_days(births, routes, fate, last, stream), axis=1)
    ends[np.arange(VISITS)[None, :] > last[:, None]] = NONE
    rush = np.where(stream.random(count) < RUSH_SHARE, stream.choice(RUSH_TARGETS.size, size=count, p=RUSH_ODDS), NONE)
    natural = ends[np.arange(count), last]
    closed = np.where(fate == WINS, signing_days(natural, rush, era.fiscal_month), shift_weekends(natural))
    closed = np.where(births.is_born_closed, start_day, closed)
    is_reopened = loses & ~births.is_born_closed & (stream.random(count) < rate(era, "OPP-24"))
    reopened = shift_weekends(closed + stream.integers(*REOPEN_GAP, count))
    return Fates(
        process=births.process,
        start_day=start_day,
        stages=routes.stages,
        shares=routes.shares,
        pace=births.pace,
        chance=births.chance,
        drift=drift,
        is_blitz=routes.is_blitz,
        fate=np.where(births.is_born_closed, WINS, fate),
        last=np.where(births.is_born_closed, NONE, last),
        ends=ends,
        rush=rush,
        closed_day=closed,
        reopened_day=np.where(is_reopened, reopened, NONE),
        is_rewon=stream.random(count) < REOPENED_WIN,
        reclosed_day=shift_weekends(reopened + stream.integers(*REOPENED_STAY, count)),
        deleted_day=_deletions(era, start_day, stream),
    )


def visit_days(fates: Fates, visit: int) -> Floats:
    """The median days of each deal's visit of that number if it goes on from there."""
    return np.asarray(MEDIAN_DAYS[fates.process, fates.stages[:, visit]] * fates.pace, dtype=np.float64)


def _days(births: Births, routes: Routes, fate: Ints, last: Ints, stream: np.random.Generator) -> Ints:
    noise = np.exp(SPREAD * stream.standard_normal(routes.stages.shape, dtype=np.float32))
    days = MEDIAN_DAYS[births.process[:, None], routes.stages] * births.pace[:, None] * noise
    rows = np.arange(last.size)
    ending = days[rows, last]
    adrift = DRIFT_DAYS * np.exp(DRIFT_SPREAD * stream.standard_normal(last.size))
    days[rows, last] = np.select([fate == LOSES, fate == DRIFTS], [LOSING_PACE * ending, adrift], ending)
    whole = np.ceil(days).astype(np.int64)
    goes_on = np.arange(BLITZ_VISITS)[None, :] < last[:, None]  # who rushes through a stage does not die in it
    whole[:, :BLITZ_VISITS][routes.is_blitz[:, None] & goes_on] = 0
    return np.asarray(whole, dtype=np.int64)


def signing_days(natural: Any, rush: Any, fiscal_month: int) -> Ints:
    """The days on which wins are saved that are won on `natural` days."""
    saved = shift_weekends(natural)
    quarter_end = quarter_ends(natural, fiscal_month)
    target = quarter_end - RUSH_TARGETS[rush]
    target = target - np.maximum(weekday(target) - 4, 0)
    waits = (np.asarray(rush) != NONE) & (quarter_end - natural <= RUSH_DAYS)
    return np.where(waits, np.maximum(saved, target), saved)


def deletion_hazard(era: Era, days: Any) -> Floats:
    """The hazard, summed from the era's start to the end of each day, that an open deal is deleted."""
    purge = era.anchored // DAY - PURGE_DAYS
    always = DELETION_HAZARD * (np.asarray(days) - era.start // DAY)
    return np.asarray(always + PURGE_HAZARD * np.clip(np.asarray(days) - purge, 0, PURGE_DAYS - 1), dtype=np.float64)


def _deletions(era: Era, start_day: Ints, stream: np.random.Generator) -> Ints:
    """The day on which each deal is deleted if it is open then, on a weekend too."""
    days = np.arange(era.start // DAY, era.end // DAY + 1)
    reached = deletion_hazard(era, days)
    wanted = deletion_hazard(era, start_day) + stream.standard_exponential(start_day.size)
    place = np.searchsorted(reached, wanted)
    return np.where(place < days.size, days[np.minimum(place, days.size - 1)], NONE)
