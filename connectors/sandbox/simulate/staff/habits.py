"""Ways of sellers that show in their activities: batches, missing types, and weeks of silence. Planted by rate."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.staff.people import Staff

YEAR = 365 * DAY
AHEAD = 200 * DAY  # years are counted from so long before the era: none ends near the anchor
WAKES_WITHIN = 3 * DAY


@dataclass(slots=True)
class Habits:
    """By person: who logs in batches, who leaves out types, and from when until when each is silent.

    `silences` and `wakings` are by person and year, counted from `started`; NONE where there is no silence.
    """

    batches: Any
    mistypes: Any
    silences: Ints
    wakings: Ints
    started: int

    def is_silent(self, people: Ints, at: Ints) -> Any:
        since, until = self._silence(people, at)
        return (since != NONE) & (since <= at) & (at < until)

    def awake(self, people: Ints, at: Ints) -> Ints:
        """The instants, put off to the days after it where they fall into a silence."""
        since, until = self._silence(people, at)
        is_silent = (since != NONE) & (since <= at) & (at < until)
        return np.where(is_silent, until + (at - since) % WAKES_WITHIN, at)

    def _silence(self, people: Ints, at: Ints) -> tuple[Ints, Ints]:
        year = np.clip((at - self.started) // YEAR, 0, self.silences.shape[1] - 1)
        return self.silences[people, year], self.wakings[people, year]


def form_habits(era: Era, staff: Staff, rates: Rates) -> Habits:
    stream = era.stream("habits")
    slots = len(staff.slots)
    is_seller = staff.slots_of != NONE
    batches = _chosen(rates["ACT-03"], slots, stream)[staff.slots_of] & is_seller
    mistypes = _chosen(rates["ACT-09"], slots, stream)[staff.slots_of] & is_seller
    started = era.start - AHEAD
    years = (era.end - started) // YEAR + 1
    shape = (len(staff.people), years)
    begins = started + np.arange(years) * YEAR + stream.integers(10, 330, shape) * DAY
    lasts = stream.integers(11, 22, shape) * DAY
    is_silent = (stream.random(shape) < rates["ACT-08"]) & is_seller[:, None]
    silences = np.where(is_silent, begins, NONE)
    if rates["ACT-08"]:
        present, since = _present(era, staff), era.anchored - 13 * DAY
        silences[present, (since - started) // YEAR] = since
        lasts[present, (since - started) // YEAR] = 18 * DAY
    return Habits(batches, mistypes, silences, np.where(silences == NONE, NONE, silences + lasts), started)


def _chosen(rate: float, slots: int, stream: np.random.Generator) -> Any:
    """Flags of slots: the rate's share of them, at least one if the rate is not zero and there are ten."""
    wanted = round(rate * slots) or int(rate > 0 and slots >= 10)
    flags = np.zeros(slots, dtype=bool)
    flags[stream.permutation(slots)[:wanted]] = True
    return flags


def _present(era: Era, staff: Staff) -> Ints:
    """By plan, one seller of each fourteen is silent at the anchor."""
    slots = np.arange(3, len(staff.slots), 14)
    return staff.holders(slots, np.full(slots.size, era.anchored - 13 * DAY))
