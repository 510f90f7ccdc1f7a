"""Who works here: the hierarchy, the sellers' slots and who fills them when, roles and users as records."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.era import DAY, HOUR, Era
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.names import FIRST_NAMES, LAST_NAMES

ADMIN, CEO, VP = 0, 1, 2
SELLERS, TEAM_SIZE, TEAMS_PER_DIRECTOR = 14, 5, 4
INTEGRATION = "CloudIntegrationUser"  # the user type of who is no person
ROLE_NAMES = ("CEO", "VP Sales", "Sales Director", "Sales Manager", "Account Executive")


@dataclass(slots=True)
class Person:
    """A user; `start` and `end` are the seconds between which the person works here (NONE: still does)."""

    index: int
    first_name: str
    last_name: str
    email: str
    title: str
    manager: int
    start: int
    end: int = NONE

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def works_at(self, at: int) -> bool:
        return self.start <= at and (self.end == NONE or at < self.end)


@dataclass(slots=True)
class Slot:
    """A seller's place in a team: its potential, its ways, and the people who hold it one after another."""

    index: int
    manager: int
    skill: float
    discipline: float
    pace: float
    people: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Staff:
    """All people and slots; `ids` are the users' record ids by index."""

    people: list[Person]
    slots: list[Slot]
    ids: Any
    _teams: dict[int, list[Slot]] = field(init=False)
    _reports: dict[int, list[Person]] = field(init=False)

    def __post_init__(self) -> None:
        self._teams, self._reports = {}, {}
        for slot in self.slots:
            self._teams.setdefault(slot.manager, []).append(slot)
        for person in self.people:
            self._reports.setdefault(person.manager, []).append(person)

    def holder(self, slot: int, at: int) -> int:
        """The person in the slot at an instant; while it is vacant a colleague of the team, or the manager."""
        place = self.slots[slot]
        mates = [other for other in self._teams[place.manager] if other is not place]
        shift = (at // (30 * DAY)) % max(len(mates), 1)
        for candidate in [place, *mates[shift:], *mates[:shift]]:
            for index in reversed(candidate.people):
                if self.people[index].works_at(at):
                    return index
        return place.manager

    @property
    def managers(self) -> list[int]:
        return sorted(self._teams)

    def reports(self, manager: int, at: int) -> list[int]:
        return [person.index for person in self._reports[manager] if person.works_at(at)]


def hire(era: Era) -> Staff:
    """The company's people from three years back to a year ahead."""
    stream = era.stream("people")
    maker = _Hiring(era, stream)
    long_ago = era.start - 400 * DAY
    for title in ("Salesforce Administrator", "CEO", "VP Sales"):
        maker.add(title, {"CEO": NONE, "VP Sales": CEO}.get(title, CEO), long_ago)
    slot_count = era.count(SELLERS, 4)
    team_count = math.ceil(slot_count / TEAM_SIZE)
    directors = [maker.add("Sales Director", VP, long_ago) for _ in range(math.ceil(team_count / TEAMS_PER_DIRECTOR))]
    managers = [
        maker.add("Sales Manager", directors[index // TEAMS_PER_DIRECTOR], long_ago) for index in range(team_count)
    ]
    slots = [maker.fill(index, managers[index % team_count]) for index in range(slot_count)]
    people = maker.people
    return Staff(people, slots, make_ids("005", np.arange(1, len(people) + 1)))


class _Hiring:
    def __init__(self, era: Era, stream: np.random.Generator) -> None:
        self._era = era
        self._stream = stream
        self._names: dict[str, int] = {}
        self.people: list[Person] = []

    def add(self, title: str, manager: int, start: int) -> int:
        first = str(self._stream.choice(FIRST_NAMES))
        last = str(self._stream.choice(LAST_NAMES))
        if title == "Salesforce Administrator":
            first, last = "Integration", "User"
        key = f"{first}.{last}".lower()
        self._names[key] = self._names.get(key, 0) + 1
        number = "" if self._names[key] == 1 else str(self._names[key])
        email = f"{key}{number}@example.com"
        made = Person(len(self.people), first, last, email, title, manager, start - start % DAY + 9 * HOUR)
        self.people.append(made)
        return made.index

    def fill(self, index: int, manager: int) -> Slot:
        stream, era = self._stream, self._era
        slot = Slot(
            index,
            manager,
            float(stream.normal(0, 0.3)),
            float(stream.uniform(0.4, 0.9)),
            float(stream.uniform(0.85, 1.2)),
        )
        is_late = index % 5 == 4  # the company grows: every fifth seller joins in the second or third year
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


def user_table(staff: Staff) -> Any:
    """User versions: hired, and for those who left, deactivated."""
    people = staff.people
    leavers = [person.index for person in people if person.end != NONE]
    who = np.array([person.index for person in people] + leavers)
    is_active = np.array([True] * len(people) + [False] * len(leavers))
    starts = np.array([person.start for person in people])
    ends = np.array([person.end for person in people])
    stamped = np.where(is_active, starts[who], ends[who])
    admin = frames.pick(staff.ids, np.zeros(who.size))
    titles = [person.title for person in people]
    role_numbers = [ROLE_NAMES.index(title) if title in ROLE_NAMES else NONE for title in titles]
    managers = np.array([person.manager for person in people])

    def column(values: list[Any]) -> Any:
        return frames.pick(values, who)

    return frames.table(
        {
            "Id": frames.pick(staff.ids, who),
            "Username": column([f"{p.email}.sandbox" for p in people]),
            "LastName": column([p.last_name for p in people]),
            "FirstName": column([p.first_name for p in people]),
            "Name": column([p.name for p in people]),
            "CompanyName": "Sandbox Company",
            "Department": column(["Operations" if t.startswith("Salesforce") else "Sales" for t in titles]),
            "Division": "EMEA",
            "Title": column(titles),
            "Email": column([p.email for p in people]),
            "Alias": column([(p.first_name[:1] + p.last_name[:6]).lower() for p in people]),
            "IsActive": is_active,
            "TimeZoneSidKey": "GMT",
            "UserRoleId": frames.pick(_role_ids(), np.array(role_numbers)[who]),
            "LocaleSidKey": "en_GB",
            "EmailEncodingKey": "UTF-8",
            "LanguageLocaleKey": "en_US",
            "UserType": column([INTEGRATION if p.index == ADMIN else "Standard" for p in people]),
            "ManagerId": frames.pick(staff.ids, managers[who]),
            "ForecastEnabled": column([t in ROLE_NAMES for t in titles]),
            **frames.audit(starts[who], stamped, admin, admin),
        }
    )


def role_table(era: Era, staff: Staff) -> Any:
    count = len(ROLE_NAMES)
    stamped = np.full(count, era.start - 400 * DAY)
    audit = frames.audit(stamped, stamped, [str(staff.ids[ADMIN])] * count, [str(staff.ids[ADMIN])] * count)
    return frames.table(
        {
            "Id": _role_ids(),
            "Name": list(ROLE_NAMES),
            "DeveloperName": [name.replace(" ", "_") for name in ROLE_NAMES],
            "ParentRoleId": frames.pick(_role_ids(), np.arange(count) - 1),
            "OpportunityAccessForAccountOwner": "Edit",
            **audit,
        }
    )


def _role_ids() -> Any:
    return make_ids("00E", np.arange(1, len(ROLE_NAMES) + 1))
