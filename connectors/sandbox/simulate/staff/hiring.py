"""How the company is staffed: who is hired when, with which ways, who leaves, and who changes teams."""

import math

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.setting.era import DAY, HOUR, PAST_YEARS, Era, in_office
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.names import FIRST_NAMES, LAST_NAMES
from connectors.sandbox.simulate.setting.rates import Rates, rates_of
from connectors.sandbox.simulate.staff.people import ADMIN, CEO, SELLERS, Person, Slot, Staff

TEAM_SIZE, TEAMS_PER_DIRECTOR, DIRECTORS_PER_VP = 5, 4, 6
TERRITORIES = ("North", "South", "West", "East", "Central")
MOVES_PER_YEAR = 0.03  # of sellers
PLANNED_ONE_OF, FEWEST = 28, 10  # sellers, of whom one lacks a manager at the anchor by plan
USUAL_MEDDLING, MEDDLING = 0.05, 0.36  # the share of a deal's changes that its owner's manager saves


def hire(era: Era) -> Staff:
    """The company's people from three years back to a year ahead."""
    stream, rates = era.stream("people"), rates_of(era)
    maker = _Hiring(era, stream, rates)
    long_ago = era.start - 400 * DAY
    maker.add("Salesforce Administrator", CEO, long_ago)
    maker.add("CEO", NONE, long_ago)
    slot_count = era.count(SELLERS, 4)
    team_count = math.ceil(slot_count / TEAM_SIZE)
    director_count = math.ceil(team_count / TEAMS_PER_DIRECTOR)
    vps = [maker.add("VP Sales", CEO, long_ago) for _ in range(math.ceil(director_count / DIRECTORS_PER_VP))]
    directors = [
        maker.add("Sales Director", vps[index // DIRECTORS_PER_VP], long_ago) for index in range(director_count)
    ]
    managers = [
        maker.add("Sales Manager", directors[index // TEAMS_PER_DIRECTOR], long_ago) for index in range(team_count)
    ]
    slots = [maker.fill(index, managers[index % team_count]) for index in range(slot_count)]
    for slot in slots:
        slot.territory = managers.index(slot.manager) % len(TERRITORIES) if team_count < 50 else slot.index % 5
    maker.move(slots, managers)
    maker.forget_managers(slots)
    people = maker.people
    meddlers = dict.fromkeys(managers, USUAL_MEDDLING)
    wanted = round(rates["MGR-10"] * team_count + 0.3)
    meddlers |= dict.fromkeys(managers[::-1][:: max(team_count // max(wanted, 1), 1)][:wanted], MEDDLING)
    return Staff(people, slots, make_ids("005", np.arange(1, len(people) + 1)), meddlers)


class _Hiring:
    def __init__(self, era: Era, stream: np.random.Generator, rates: Rates) -> None:
        self._era = era
        self._stream = stream
        self._rates = rates
        self._names: dict[str, int] = {}
        self.people: list[Person] = []

    def add(self, title: str, manager: int, start: int) -> int:
        first = FIRST_NAMES[int(self._stream.integers(len(FIRST_NAMES)))]
        last = LAST_NAMES[int(self._stream.integers(len(LAST_NAMES)))]
        if len(self.people) == ADMIN:
            first, last = "Integration", "User"
        key = f"{first}.{last}".lower()
        self._names[key] = self._names.get(key, 0) + 1
        number = "" if self._names[key] == 1 else str(self._names[key])
        email = f"{key}{number}@example.com"
        ramp = float(self._stream.uniform(90, 240))
        made = Person(len(self.people), first, last, email, title, manager, start - start % DAY + 9 * HOUR)
        made.ramp_days = ramp
        self.people.append(made)
        return made.index

    def fill(self, index: int, manager: int) -> Slot:
        """A slot with all who hold it. The company grows: every fifth seller joins in the second or third year."""
        stream, era = self._stream, self._era
        skill, discipline, pace = stream.normal(0, 0.3), stream.uniform(0.4, 0.9), stream.uniform(0.85, 1.2)
        slot = Slot(index, manager, float(skill), float(discipline), float(pace))
        slot.bias, slot.zeal = float(stream.normal(0, 0.4)), float(stream.uniform(0.8, 1.2))
        is_late = index % 5 == 4
        start = (
            era.start + int(stream.uniform(120, 800)) * DAY
            if is_late
            else era.start - int(stream.uniform(60, 390)) * DAY
        )
        slot.people.append(self.add("Account Executive", manager, start))
        leaving = self._leaving(index, start)
        while leaving is not None:
            self.people[slot.people[-1]].end = leaving - leaving % DAY + 17 * HOUR
            start = leaving + int(stream.uniform(20, 60)) * DAY
            slot.people.append(self.add("Account Executive", manager, start))
            leaving = self._leaving(index, start)
        return slot

    def _leaving(self, index: int, start: int) -> int | None:
        """When the holder leaves. One seller of each fourteen left some weeks before the anchor, by plan."""
        recent = self._era.anchored - int(self._stream.uniform(25, 45)) * DAY
        if index % 14 == 1 and start < recent - 200 * DAY:
            return recent
        leaving = start + int(self._stream.exponential(3600) + 250) * DAY
        if self._era.start < leaving < self._era.end:
            return leaving
        return None

    def move(self, slots: list[Slot], managers: list[int]) -> None:
        """Some slots go over to another team in mid-year: of each fourteen one in the year before the anchor."""
        stream, era = self._stream, self._era
        for slot in slots if len(managers) > 1 else []:
            years = [year for year in range(PAST_YEARS + 1) if stream.random() < MOVES_PER_YEAR]
            if slot.index % 14 == 6:
                years = [PAST_YEARS - 1]
            for year in years[:1]:
                at = era.start + int((year * 365 + stream.uniform(120, 250)) * DAY)
                at = at - at % DAY + 8 * HOUR
                heir = managers[(managers.index(slot.manager) + 1) % len(managers)]
                slot.moves.append((at, heir))
                for index in slot.people:
                    person = self.people[index]
                    if person.start >= at:
                        person.manager = heir
                    elif person.end == NONE or person.end > at:
                        person.moves.append((at, heir))

    def forget_managers(self, slots: list[Slot]) -> None:
        """Some come without a manager on record, which is mended after weeks; by plan, some are at the anchor."""
        stream, rate = self._stream, self._rates["MGR-12"]
        dice = self._era.dice("unmanaged")
        for slot in slots:
            for index in slot.people:
                person = self.people[index]
                if person.start > self._era.start and stream.random() < rate:
                    person.unmanaged = (person.start, in_office(person.start + dice.randrange(5, 30) * DAY, dice))
        for first in range(0, len(slots) - FEWEST + 1, PLANNED_ONE_OF) if rate else []:
            since = in_office(self._era.anchored - dice.randrange(6, 16) * DAY, dice)
            until = in_office(self._era.anchored + dice.randrange(8, 20) * DAY, dice)
            holders = [self.people[slot.people[-1]] for slot in slots[first : first + PLANNED_ONE_OF]]
            fit = [p for p in holders if p.start < since and p.works_at(until) and not p.moves and not p.unmanaged]
            if fit:
                fit[-1].unmanaged = (since, until)
