"""The way of each deal through the stages, as planned at its birth: stages left out, gone back to, out of place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import (
    DEPTHS,
    NEW_BUSINESS_CODE,
    ORDERS,
    PLACE_SHARES,
    PROCESSES,
    STAGE_CODES,
    STAGES,
)
from connectors.sandbox.simulate.staff.slants import Slants

VISITS = 10  # the most visits to stages that a deal makes
BLITZ_VISITS = 2  # moved through within an hour by some
OWN_WAY = 0.9  # how often who goes a way of one's own does
Codes = NDArray[np.int8]

_PLAIN = np.full((len(PROCESSES), VISITS + 1), NONE, dtype=np.int8)
for _row, _process in enumerate(PROCESSES):
    _PLAIN[_row, : len(_process.stages)] = [STAGE_CODES[name] for name, _ in _process.stages]


@dataclass(frozen=True)
class Routes:
    """Per deal the stages of its visits (NONE after the last), and of the losing the share that dies in each."""

    stages: Codes
    count: Ints
    shares: Floats
    is_blitz: Flags


def plan_routes(era: Era, births: Births, slants: Slants, stream: np.random.Generator) -> Routes:
    process, follows = births.process, births.is_following
    stages = _PLAIN[process]
    stages, depth = _leave_out(era, births, slants, stages, stream)
    back_rate = rate(era, "PATH-02") * np.where(follows, 0.36, 1.0)
    again = np.where(stream.random(depth.size) < back_rate, 1, 0)
    again = np.where(stream.random(depth.size) < rate(era, "PATH-03"), 2, again)
    stages, depth = _go_back(stages, depth, np.where(depth > 2, again, 0), stream)
    stages, depth = _stray(era, process, stages, depth, stream)
    is_blitz = (depth > BLITZ_VISITS) & (stream.random(depth.size) < rate(era, "PATH-07")) & ~births.is_born_closed
    stages = stages[:, :VISITS]
    return Routes(stages, depth, _shares(process, stages), is_blitz)


def _leave_out(
    era: Era, births: Births, slants: Slants, stages: Codes, stream: np.random.Generator
) -> tuple[Codes, Ints]:
    depth = DEPTHS[births.process]
    skip_rate = rate(era, "PATH-01") * np.where(births.is_following, 0.16, 1.0)
    goes_own_way = slants["PATH-10"][births.slot]
    is_skipping = stream.random(depth.size) < np.where(goes_own_way, OWN_WAY, skip_rate)
    place = 1 + (stream.random(depth.size) * (depth - 2)).astype(np.int64)
    place = np.where(goes_own_way, depth - 2, place)
    columns = np.arange(VISITS + 1)
    source = columns + (is_skipping[:, None] & (columns >= place[:, None]))
    return _gather(stages, source), depth - is_skipping


def _go_back(stages: Codes, depth: Ints, again: Ints, stream: np.random.Generator) -> tuple[Codes, Ints]:
    """From the stage after `back` once more to `back`, `again` times."""
    back = 1 + (stream.random(depth.size) * (depth - 2)).astype(np.int64)
    columns = np.arange(VISITS + 1)[None, :]
    first, extra = back[:, None] + 2, 2 * again[:, None]
    loop = back[:, None] + (columns - first) % 2
    source = np.where(columns < first, columns, np.where(columns < first + extra, loop, columns - extra))
    return _gather(stages, np.where(extra > 0, source, columns)), depth + 2 * again


def _stray(era: Era, process: Ints, stages: Codes, depth: Ints, stream: np.random.Generator) -> tuple[Codes, Ints]:
    """Into a stage of another process, as the second visit."""
    is_stray = stream.random(depth.size) < rate(era, "PATH-04")
    columns = np.arange(VISITS + 1)[None, :]
    source = np.where(is_stray[:, None] & (columns > 1), columns - 1, columns)
    moved = _gather(stages, source)
    foreign = np.where(process == NEW_BUSINESS_CODE, STAGE_CODES["Renewal Review"], STAGE_CODES["Discovery"])
    moved[:, 1] = np.where(is_stray, foreign, moved[:, 1])
    return moved, depth + is_stray


def _gather(stages: Codes, source: Ints) -> Codes:
    return np.take_along_axis(stages, np.clip(source, 0, VISITS), axis=1)


def _shares(process: Ints, stages: Codes) -> Floats:
    """Who dies in a stage does so in the last visit before the deal stands beyond it, in the stage's own share.

    So deals that left a stage out, went back or astray have lost as many on the way to a stage as all others have:
    the way alone says nothing about winning. The visit before a stage that is left out has that one's losses too.
    """
    place = np.where(stages == NONE, NONE, ORDERS[process[:, None], stages])
    reach = np.maximum.accumulate(place, axis=1)
    shares = np.zeros(stages.shape)
    rows = np.arange(process.size)
    for stage in range(int(DEPTHS.max())):
        is_before = (place != NONE) & (reach <= stage)
        last = VISITS - 1 - np.argmax(is_before[:, ::-1], axis=1)
        shares[rows, last] += PLACE_SHARES[process, stage]
    return shares


def is_own(process: Ints, stage: Ints) -> Flags:
    """Whether an open stage is one of the process's own."""
    return np.asarray((ORDERS[process, stage] >= 0) | (stage >= len(STAGES) - 2))
