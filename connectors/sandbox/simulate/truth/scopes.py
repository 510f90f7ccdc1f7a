"""For whom a figure is told: the company, the teams of all managers, or single people; as they report at an instant."""

from collections.abc import Callable

from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import Staff

SCOPES = ("company", "team", "rep")
COMPANY = ""
QUEUE = NONE  # owns what nobody owns yet

ScopesOf = Callable[[int], tuple[str, ...]]


def scoped(staff: Staff, scope: str, instant: int) -> ScopesOf:
    """From a person's index to the ids of the scopes that what he or she does counts for.

    A team is of whom others report to: that manager and everybody below. Raises ValueError for unknown scopes.
    """
    if scope not in SCOPES:
        raise ValueError(f"There are no totals by {scope!r}; ask for one of {', '.join(SCOPES)}.")
    if scope == "company":
        return lambda _: (COMPANY,)
    ids = [str(each) for each in staff.ids]
    if scope == "rep":
        return lambda person: () if person == QUEUE else (ids[person],)
    leaders = {each.index: [who for at, who in each.reporting if at <= instant][-1] for each in staff.people}
    managers = set(leaders.values())
    lines: dict[int, tuple[int, ...]] = {QUEUE: (), **{person: tuple(_line(person, leaders)) for person in leaders}}
    return lambda person: tuple(ids[each] for each in lines[person] if each in managers)


def _line(person: int, leaders: dict[int, int]) -> list[int]:
    """The person and all managers above."""
    found = [person]
    while leaders[found[-1]] != NONE:
        found.append(leaders[found[-1]])
    return found
