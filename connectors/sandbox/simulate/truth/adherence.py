"""How deals keep to the process that they are judged by: which break a rule now; by period, which went its way.

A stage exit goes its way when it is to the next stage of the deal's own process, a win from the last one, or a loss;
with an amount where the new stage asks for one. A return from a stage of another process is no exit of one's own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import PROBABILITIES, RENEWAL_CODE, STAGE_CODES
from connectors.sandbox.simulate.truth.chronicle import Story, Version
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

FAULTS = ("skipped", "moved_back", "left_process", "without_amount")
LIKELY = 50  # percent, from which on an amount is asked for where no process says so


def adherence_totals(
    every: Iterable[Story], ids: list[str], breaking: Collection[str], scopes_of: ScopesOf
) -> list[dict[str, Any]]:
    """By scope the open deals, those among them that break a rule now (their ids are in `breaking`), and the share
    of the others."""
    groups: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    for story in every:
        if story.last.is_open:
            for scope in scopes_of(story.last.owner):
                groups[scope].append((ids[story.index] in breaking, story.last.cents))
    return [
        {
            "scope_id": scope,
            "open_count": len(group),
            "breaking_count": sum(is_breaking for is_breaking, _ in group),
            "adherence_rate": 1 - sum(is_breaking for is_breaking, _ in group) / len(group),
            "at_risk_amount": sum(cents for is_breaking, cents in group if is_breaking) / 100,
        }
        for scope, group in sorted(groups.items())
    ]


@dataclass(frozen=True, slots=True)
class Exit:
    """A deal that left an open stage of its own process: what it was then, and what is to be said against it, if
    anything is (one of FAULTS)."""

    version: Version
    fault: str | None


def conformance_totals(
    every: Iterable[Story], ladder: Ladder, calendar: Calendar, scopes_of: ScopesOf, instant: int
) -> list[dict[str, Any]]:
    """One row per period and scope with a deal open at the period's end, or now, or a stage exit in it.

    A deal has kept to its process if all exits up to then went its way and it stands in a stage of its own. Deals and
    exits count for who had the deal then.
    """
    counts: dict[tuple[int, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("open", "on_process", "stage_exit", "on_process_exit", *FAULTS), 0)
    )
    now = calendar.number((instant - 1) // DAY)
    for story in every:
        found = list(_exits(story, ladder))
        for each in found:
            for scope in scopes_of(each.version.owner):
                row = counts[calendar.number(each.version.at // DAY), scope]
                row["stage_exit"] += 1
                row[each.fault or "on_process_exit"] += 1
        broken = min((each.version.at for each in found if each.fault), default=None)
        for number in range(calendar.number(story.first.at // DAY), now + 1):
            then = story.at(min(calendar.end(number), instant))
            if then is not None and then.is_open:
                keeps = ladder.place(story, then) is not None and (broken is None or broken > then.at)
                for scope in scopes_of(then.owner):
                    counts[number, scope]["open"] += 1
                    counts[number, scope]["on_process"] += keeps
    return [
        {
            "period_start": to_date(calendar.starts[number]),
            "scope_id": scope,
            "open_count": row["open"],
            "on_process_count": row["on_process"],
            "deal_adherence_rate": share(row["on_process"], row["open"]),
            "stage_exit_count": row["stage_exit"],
            "on_process_exit_count": row["on_process_exit"],
            "stage_exit_adherence_rate": share(row["on_process_exit"], row["stage_exit"]),
            **{f"{fault}_exit_count": row[fault] for fault in FAULTS},
        }
        for (number, scope), row in sorted(counts.items())
    ]


def _exits(story: Story, ladder: Ladder) -> Iterator[Exit]:
    for before, after in pairwise(each for each in story.versions if not each.is_deleted):
        place = ladder.place(story, before)
        if before.is_open and place is not None and after.stage != before.stage:
            yield Exit(after, _fault(story, place, after, ladder))


def _fault(story: Story, left: int, after: Version, ladder: Ladder) -> str | None:
    if after.is_closed and not after.is_won:
        return None
    place = ladder.place(story, after)
    if place is None:
        return "left_process"
    if place != left + 1:
        return "skipped" if place > left else "moved_back"
    return "without_amount" if _asks_for_amount(story, after) and not after.cents else None


def _asks_for_amount(story: Story, version: Version) -> bool:
    process = story.last.record_type
    if process == NONE:
        return bool(PROBABILITIES[version.stage] >= LIKELY)
    return process == RENEWAL_CODE or version.stage >= STAGE_CODES["Proposal"]
