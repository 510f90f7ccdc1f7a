"""Who works here: people, the sellers' slots and who fills them when, and who reports to whom at an instant.

Hiring and leaving are decided in `hiring`; people become records in `users`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, Ints
from connectors.sandbox.simulate.setting.frames import NONE

ADMIN, CEO = 0, 1
SELLERS = 14  # at scale 1
SHIFT = np.int64(1 << 34)  # an instant fits below it: (number, instant) as one sortable key
STAND_IN_DAYS = 30
SELLER, FIRST_LINE, SECOND_LINE, VICE, CHIEF, STAFF_ONLY = 0, 1, 2, 3, 4, NONE
TITLES = {"Salesforce Administrator": STAFF_ONLY, "CEO": CHIEF, "VP Sales": VICE, "Sales Director": SECOND_LINE}
TITLES |= {"Sales Manager": FIRST_LINE, "Account Executive": SELLER}


@dataclass(slots=True)
class Person:
    """A user; `start` and `end` are the seconds between which the person works here (NONE: still does).

    `manager` is the first one, `moves` are later ones as (instant, manager); in `unmanaged` none is on record.
    """

    index: int
    first_name: str
    last_name: str
    email: str
    title: str
    manager: int
    start: int
    end: int = NONE
    ramp_days: float = 0.0
    moves: list[tuple[int, int]] = field(default_factory=list)
    unmanaged: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def level(self) -> int:
        """0 for who sells, 1 to 4 for the levels of managers, NONE for an interface."""
        return TITLES[self.title]

    def works_at(self, at: int) -> bool:
        return self.start <= at and (self.end == NONE or at < self.end)

    @property
    def reporting(self) -> list[tuple[int, int]]:
        """(instant, manager on record from then on); the manager may be NONE."""
        told = sorted([(0, self.manager), *self.moves])
        if self.unmanaged is None:
            return told
        since, until = self.unmanaged
        before = [line for line in told if line[0] < since]
        mended = [manager for at, manager in told if at <= until][-1]
        return [*before, (since, NONE), (until, mended), *(line for line in told if line[0] > until)]


@dataclass(slots=True)
class Slot:
    """A seller's place in a team: its potential, its ways, and the people who hold it one after another.

    `skill` adds to the logit of winning, `discipline` is the share of deals that follow the process, `pace`
    stretches the days in a stage, `bias` is how much too rosily deals are told, `zeal` scales the activities.
    """

    index: int
    manager: int
    skill: float
    discipline: float
    pace: float
    bias: float = 0.0
    zeal: float = 1.0
    territory: int = 0
    people: list[int] = field(default_factory=list)
    moves: list[tuple[int, int]] = field(default_factory=list)


class Staff:
    """All people and slots; `ids` are the users' record ids by index. Attributes in the plural are arrays.

    By person: `starts`, `ends` (NONE: still here), `levels`, `slots_of` (NONE for who does not sell), `ramp_days`.
    By slot: `skills`, `disciplines`, `paces`, `biases`, `zeals`, `territories`, and `meddling`, the share of its
    deals' changes that the manager saves.
    """

    def __init__(self, people: list[Person], slots: list[Slot], ids: Any, meddlers: dict[int, float]) -> None:
        self.people, self.slots, self.ids = people, slots, ids
        self.meddlers = meddlers
        self.starts: Ints = np.array([person.start for person in people], dtype=np.int64)
        self.ends: Ints = np.array([person.end for person in people], dtype=np.int64)
        self.levels: Ints = np.array([person.level for person in people], dtype=np.int64)
        self.ramp_days = np.array([person.ramp_days for person in people])
        self.slots_of: Ints = np.full(len(people), NONE, dtype=np.int64)
        for slot in slots:
            self.slots_of[slot.people] = slot.index
        self.skills = np.array([slot.skill for slot in slots])
        self.disciplines = np.array([slot.discipline for slot in slots])
        self.paces = np.array([slot.pace for slot in slots])
        self.biases = np.array([slot.bias for slot in slots])
        self.zeals = np.array([slot.zeal for slot in slots])
        self.territories: Ints = np.array([slot.territory for slot in slots], dtype=np.int64)
        self.meddling = np.array([meddlers[slot.manager] for slot in slots])
        self._teams: dict[int, list[Slot]] = {}
        for slot in slots:
            self._teams.setdefault(slot.manager, []).append(slot)
        self._held = _Timeline([(slot.index, *line) for slot in slots for line in self._tenures(slot)])
        self._led = _Timeline([(slot.index, *line) for slot in slots for line in [(0, slot.manager), *slot.moves]])
        self._told = _Timeline([(person.index, *line) for person in people for line in person.reporting])

    def holder(self, slot: int, at: int) -> int:
        """The person in the slot at an instant; while it is vacant a colleague of the team, or the manager."""
        place = self.slots[slot]
        mates = [other for other in self._teams[place.manager] if other is not place]
        shift = (at // (STAND_IN_DAYS * DAY)) % max(len(mates), 1)
        for candidate in [place, *mates[shift:], *mates[:shift]]:
            for index in reversed(candidate.people):
                if self.people[index].works_at(at):
                    return index
        return place.manager

    def holders(self, slots: Ints, at: Ints) -> Ints:
        """`holder` of many slots, each at its own instant."""
        return self._held.at(slots, at)

    def leaders(self, slots: Ints, at: Ints) -> Ints:
        """Who leads the team of each slot at each instant."""
        return self._led.at(slots, at)

    def managers_at(self, people: Ints, at: Ints) -> Ints:
        """The manager on record of each person at each instant, NONE for none."""
        return self._told.at(people, at)

    def work_at(self, people: Ints, at: Ints) -> Any:
        """Whether each person works here at each instant."""
        ends = self.ends[people]
        return (self.starts[people] <= at) & ((ends == NONE) | (at < ends))

    def ramp(self, people: Ints, at: Ints) -> Any:
        """How much of a settled seller's output each person has at each instant: 0.3 on the first day, then up to 1."""
        tenure = (at - self.starts[people]) / DAY
        share = 0.3 + 0.7 * tenure / np.maximum(self.ramp_days[people], 1.0)
        return np.clip(share, 0.3, 1.0)

    @property
    def managers(self) -> list[int]:
        """The first-line managers."""
        return sorted(self._teams)

    def reports(self, manager: int, at: int) -> list[int]:
        every = np.arange(len(self.people))
        moment = np.full(every.size, at)
        told = (self.managers_at(every, moment) == manager) & self.work_at(every, moment)
        return [int(index) for index in np.flatnonzero(told)]

    @property
    def reporting_lines(self) -> tuple[Ints, Ints, Ints]:
        """(person, since, manager) of all changes of the manager on record, the first included, by person."""
        return self._told.numbers, self._told.since, self._told.values

    def _tenures(self, slot: Slot) -> list[tuple[int, int]]:
        """(since, holder) of the slot without a gap: the breaks of its own people and, while vacant, of the mates'."""
        mates = [self.people[i] for mate in self._teams[slot.manager] for i in mate.people]
        latest = max(max(p.start, p.end) for p in mates) + 400 * DAY
        earliest = min(p.start for p in mates)
        breaks = {0, earliest}
        free = 0
        for index in slot.people:
            person = self.people[index]
            breaks |= _marks(free, person.start, earliest) | {person.start}
            free = latest if person.end == NONE else person.end
            breaks.add(free)
        breaks |= _marks(free, latest, earliest)
        breaks |= {at for p in mates for at in (p.start, p.end) if at != NONE}
        lines: list[tuple[int, int]] = []
        for at in sorted(breaks):
            holder = self.holder(slot.index, at)
            if not lines or lines[-1][1] != holder:
                lines.append((at, holder))
        return lines


class _Timeline:
    """Values by number that change at instants; every number has one from instant 0 on."""

    def __init__(self, lines: list[tuple[int, int, int]]) -> None:
        table = np.array(sorted(lines), dtype=np.int64).reshape(-1, 3)
        self.numbers, self.since, self.values = table[:, 0], table[:, 1], table[:, 2]
        self._keys = self.numbers * SHIFT + self.since

    def at(self, numbers: Ints, at: Ints) -> Ints:
        wanted = np.asarray(numbers, dtype=np.int64) * SHIFT + np.asarray(at, dtype=np.int64)
        return np.asarray(self.values[np.searchsorted(self._keys, wanted, side="right") - 1])


def _marks(free: int, filled: int, earliest: int) -> set[int]:
    """The instants within a vacancy at which the stand-in changes."""
    step = STAND_IN_DAYS * DAY
    return {free, *range((max(free, earliest) // step + 1) * step, filled, step)} if filled > free else set()
