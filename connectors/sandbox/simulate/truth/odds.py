"""The true odds of every open deal at the end of a day: by Bayes from how fates are drawn, not from what came of them.

The odds know what the simulator knows but the fate itself: the planned route, the stage and how long the deal has
been in it, the seller, the chance at birth. Deletion competes with winning and losing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.deals.durations import Durations
from connectors.sandbox.simulate.deals.fates import (
    REOPENED_STAY,
    REOPENED_WIN,
    RUSH_ODDS,
    RUSH_SHARE,
    RUSH_TARGETS,
    Fates,
    deletion_hazard,
    signing_days,
)
from connectors.sandbox.simulate.deals.routes import VISITS
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Era, Ints, shift_weekends, weekday
from connectors.sandbox.simulate.setting.fiscal import quarter_ends
from connectors.sandbox.simulate.setting.frames import NONE

GRID, BEFORE = 1_024, 32  # days looked at, and how many of them lie before the day of asking
CHUNK = 1_000
HORIZONS = (7, 14, 30, 60, 90, 180, 365)  # days
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Odds:
    """Per open deal (indexes `deals`) the probability to be won or lost on each of the days that follow `day`.

    Row sums fall short of 1 by deletion and by what lies beyond the grid: `deleted` and `beyond`.
    """

    day: int
    deals: Ints
    won: Floats
    lost: Floats
    deleted: Floats
    beyond: Floats


def odds_at(era: Era, fates: Fates, day: int) -> Odds:
    """The odds at the end of day number `day`."""
    deals = np.flatnonzero(_is_open(fates, day) | _is_open_again(fates, day))
    parts = [_chunk(era, fates, deals[first : first + CHUNK], day) for first in range(0, max(deals.size, 1), CHUNK)]
    won, lost, deleted, beyond = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Odds(day, deals, won, lost, deleted, beyond)


def odds_table(era: Era, odds: Odds, numbers: Ints) -> Any:
    """One row per open deal: its id, P(won), P(lost), P(deleted), P(won within n days), close-day quantiles.

    `won_probability` and the others are of how the present opening ends, not of what follows a loss.
    """
    days = odds.day + np.arange(1, odds.won.shape[1] + 1)
    quarter_end = int(quarter_ends(np.array([odds.day + 1]), era.fiscal_month)[0])
    following = int(quarter_ends(np.array([quarter_end + 1]), era.fiscal_month)[0])
    running = np.cumsum(odds.won, axis=1)
    closing = np.cumsum(odds.won + odds.lost, axis=1)
    columns: dict[str, Any] = {
        "opportunity_id": frames.ids("006", numbers[odds.deals]),
        "day": frames.days(np.full(odds.deals.size, odds.day)),
        "won_probability": odds.won.sum(axis=1),
        "lost_probability": odds.lost.sum(axis=1),
        "deleted_probability": odds.deleted,
        "beyond_probability": odds.beyond,
    }
    columns |= {f"won_within_{horizon}_days": running[:, horizon - 1] for horizon in HORIZONS}
    columns["won_this_quarter"] = running[:, np.searchsorted(days, quarter_end)]
    columns["won_by_next_quarter_end"] = running[:, np.searchsorted(days, following)]
    total = np.maximum(closing[:, -1:], 1e-12)
    for share in QUANTILES:
        place = np.minimum((closing / total < share).sum(axis=1), days.size - 1)
        columns[f"close_date_p{share * 100:.0f}"] = frames.days(days[place])
    return pa.table(columns)


def _is_open(fates: Fates, day: int) -> Flags:
    is_alive = (fates.deleted_day == NONE) | (fates.deleted_day > day)
    return np.asarray((fates.last != NONE) & (fates.start_day <= day) & (fates.closed_day > day) & is_alive)


def _is_open_again(fates: Fates, day: int) -> Flags:
    """Reopened; a deletion day that fell into the time between has passed without effect."""
    gone = (fates.deleted_day > fates.reopened_day) & (fates.deleted_day <= day)
    fell_before = (fates.deleted_day != NONE) & (fates.deleted_day < fates.closed_day)
    is_again = (fates.reopened_day != NONE) & (fates.reopened_day <= day) & (fates.reclosed_day > day)
    return np.asarray(is_again & ~gone & ~fell_before)


def _chunk(era: Era, every: Fates, deals: Ints, day: int) -> tuple[Floats, Floats, Floats, Floats]:
    fates = every.take(deals)
    is_again = _is_open_again(fates, day)
    won, lost = _first_time(era, fates, day)
    won_again, lost_again = _second_time(fates, day)
    won = np.where(is_again[:, None], won_again, won)
    lost = np.where(is_again[:, None], lost_again, lost)
    total = (won + lost).sum(axis=1, keepdims=True)
    won, lost = (each[:, BEFORE:] / total for each in (won, lost))
    kept = _survival(era, day)[None, :]
    deleted = ((won + lost) * (1 - kept)).sum(axis=1)
    won, lost = (won * kept), (lost * kept)
    beyond = np.maximum(1 - deleted - (won + lost).sum(axis=1), 0.0)
    return won, lost, deleted, beyond


def _survival(era: Era, day: int) -> Floats:
    """P(not deleted before a closing n days after `day`); on the day itself the hazard counts half."""
    days = day + np.arange(1, GRID - BEFORE + 1)
    reached = (deletion_hazard(era, days) + deletion_hazard(era, days - 1)) / 2
    return np.asarray(np.exp(deletion_hazard(era, day) - reached), dtype=np.float64)


def _first_time(era: Era, fates: Fates, day: int) -> tuple[Floats, Floats]:
    """Unnormalised densities over the grid of saved days (its last column is all that lies beyond)."""
    known = day - max(weekday(day) - 4, 0)  # natural days after it are not known yet
    ends = np.where(np.arange(VISITS)[None, :] < fates.last[:, None], fates.ends, np.iinfo(np.int64).max)
    visit = (ends <= known).sum(axis=1)
    rows = np.arange(len(fates))
    entered = np.where(visit == 0, fates.start_day, fates.ends[rows, np.maximum(visit - 1, 0)])
    final = (fates.stages != NONE).sum(axis=1) - 1
    natural = day - BEFORE + 1 + np.arange(GRID)
    since = natural[None, :] - entered[:, None]
    durations = Durations(fates)
    late = (natural > known)[None, :]
    going = durations.going_on(visit, since) - durations.going_on(visit, since - 1)
    going = np.where(late | (visit == final)[:, None], going, 0.0)  # a win that is due may wait for its signing
    dying = (1 - fates.chance) * fates.shares[rows, visit]
    losing = late * dying[:, None] * _mixed(durations, visit, np.column_stack([since[:, 0] - 1, since]), fates.drift)
    won, lost = _onwards(fates, visit, final, going)
    won, lost = fates.chance[:, None] * won, lost + losing
    return _signed(era, won, natural, day), _moved(lost, shift_weekends(natural), natural, day)


def _onwards(fates: Fates, visit: Ints, final: Ints, going: Floats) -> tuple[Floats, Floats]:
    """From the density of the day on which each deal goes on: those of going through to the end, and of dying later.

    The days of one visit after another are added up by Fourier transforms, transformed back once.
    """
    size = 2 * GRID
    days = np.arange(-1, GRID)[None, :]  # so that the densities begin with no day at all
    spectrum = np.fft.rfft(going, size, axis=1)
    lost = np.zeros_like(spectrum)
    for step in range(1, VISITS):
        rows = np.flatnonzero(visit + step <= final)
        if not rows.size:
            break
        here, at = fates.take(rows), (visit + step)[rows]
        durations = Durations(here)
        dying = (1 - here.chance) * here.shares[np.arange(rows.size), at]
        lost[rows] += spectrum[rows] * np.fft.rfft(
            dying[:, None] * _mixed(durations, at, days, here.drift), size, axis=1
        )
        spectrum[rows] *= np.fft.rfft(np.diff(durations.going_on(at, days), axis=1), size, axis=1)
    further = np.flatnonzero(visit < final)
    won, dead = going.copy(), np.zeros_like(going)
    won[further] = np.fft.irfft(spectrum[further], size, axis=1)[:, :GRID]
    dead[further] = np.fft.irfft(lost[further], size, axis=1)[:, :GRID]
    return np.maximum(won, 0.0), np.maximum(dead, 0.0)


def _second_time(fates: Fates, day: int) -> tuple[Floats, Floats]:
    """A reopened deal stays open for a while that is drawn evenly, and is won with a fixed probability."""
    natural = day - BEFORE + 1 + np.arange(GRID)
    stay = natural[None, :] - fates.reopened_day[:, None]
    closing = np.where((stay >= REOPENED_STAY[0]) & (stay < REOPENED_STAY[1]), 1.0, 0.0)
    closing = _moved(closing, shift_weekends(natural), natural, day)
    return REOPENED_WIN * closing, (1 - REOPENED_WIN) * closing


def _mixed(durations: Durations, visit: Any, days: Any, drift: Floats) -> Floats:
    """The density of the days until a lost deal is closed: adrift or not."""
    share = drift[:, None]
    told = (1 - share) * durations.losing(visit, days) + share * durations.drifting(days)
    return np.asarray(np.diff(told, axis=1), dtype=np.float64)


def _signed(era: Era, natural_density: Floats, natural: Ints, day: int) -> Floats:
    """Wins as they are saved: some wait for the quarter's last days."""
    waits = np.concatenate([[1 - RUSH_SHARE], RUSH_SHARE * RUSH_ODDS])
    targets = [NONE, *range(RUSH_TARGETS.size)]
    told = np.zeros_like(natural_density)
    for share, target in zip(waits, targets, strict=True):
        saved = signing_days(natural, np.full(natural.size, target), era.fiscal_month)
        told += share * _moved(natural_density, saved, natural, day)
    return told


def _moved(density: Floats, saved: Ints, natural: Ints, day: int) -> Floats:
    """Probabilities by the day that is saved, nothing on days up to `day`."""
    place = np.minimum(saved - natural[0], natural.size - 1)
    order = np.argsort(place, kind="stable")
    begins = np.searchsorted(place[order], np.arange(natural.size))
    padded = np.concatenate([np.zeros((density.shape[0], 1)), np.cumsum(density[:, order], axis=1)], axis=1)
    ends = np.append(begins[1:], natural.size)
    told = padded[:, ends] - padded[:, begins]
    return np.where((natural > day)[None, :], told, 0.0)
