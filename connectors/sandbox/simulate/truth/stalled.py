"""Which open deals stall: longer in their stage than nine of ten won ones of their process took, or idle.

Idle is who has been left alone beyond the limit of the stage, and nothing is planned.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import PROCESSES, STAGES
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.contact_facts import DEFAULT_LIMIT, IDLE_LIMITS, RENEWAL_LIMITS
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.stage_totals import days_by_stage, fate, percentile
from connectors.sandbox.simulate.truth.tally import share
from connectors.sandbox.simulate.work.conduct import Conduct

FEWEST_WON, SLOWEST = 5, 0.9


def planned_deals(conduct: Conduct, at: int) -> set[int]:
    """The deals that a task or a meeting of today or later is planned about, as known at the second `at`."""
    tasks, events, today = conduct.tasks, conduct.events, at // DAY
    planned: set[int] = set()
    columns = (
        tasks.deal,
        tasks.due,
        tasks.entered,
        tasks.completed,
        tasks.deleted,
        tasks.is_pattern,
        tasks.is_unlinked,
    )
    for deal, due, entered, completed, deleted, *hidden in zip(*(each.tolist() for each in columns), strict=True):
        is_there = entered <= at and (deleted == NONE or deleted > at) and not any(hidden)
        if is_there and (completed == NONE or completed > at) and due // DAY >= today:
            planned.add(deal)
    columns = (events.deal, events.start, events.minutes, events.entered, events.moved, events.shift, events.deleted)
    hidden_columns = zip(events.parent.tolist(), events.is_pattern.tolist(), events.is_unlinked.tolist(), strict=True)
    for (deal, start, minutes, entered, moved, shift, deleted), (parent, *hidden) in zip(
        zip(*(each.tolist() for each in columns), strict=True), hidden_columns, strict=True
    ):
        begins = start + (shift if moved != NONE and moved <= at else 0)
        is_there = entered <= at and (deleted == NONE or deleted > at) and parent == NONE and not any(hidden)
        if is_there and begins + minutes * 60 > at and begins // DAY >= today:
            planned.add(deal)
    return planned - {NONE}


def stalled_deals(
    every: Iterable[Story],
    ladder: Ladder,
    opened: Iterable[dict[str, Any]],
    planned: Container[int],
    ids: list[str],
    now: int,
) -> list[dict[str, Any]]:
    """One row per open deal (`opened` tells how long each has been idle): days in its stage, and whether it stalls."""
    told = list(every)
    idle = {row["opportunity_id"]: row["idle_days"] for row in opened}
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    for story in told:
        if fate(story) == "won":
            for stage, days in days_by_stage(story, now).items():
                spent[ladder.name(story), stage].append(days)
    rows = []
    for story in (story for story in told if story.last.is_open):
        stage, key = STAGES[story.last.stage].name, ids[story.index]
        days, wins = days_by_stage(story, now)[stage], spent[ladder.name(story), stage]
        baseline = percentile(wins, SLOWEST) if len(wins) >= FEWEST_WON else None
        limit = _limit(story, ladder)
        is_idle = limit is not None and idle[key] > limit and story.index not in planned
        is_long = baseline is not None and days > baseline
        rows.append(
            {
                "opportunity_id": key,
                "owner": story.last.owner,
                "cents": story.last.cents,
                "stage_days": days,
                "baseline_days": baseline,
                "idle_limit_days": limit,
                "is_too_long_in_stage": is_long,
                "is_idle": is_idle,
                "is_stalled": is_long or is_idle,
            }
        )
    return rows


def _limit(story: Story, ladder: Ladder) -> int | None:
    """How many days a deal may be idle in its stage; None in one of another process."""
    if ladder.place(story, story.last) is None:
        return None
    process, stage = story.last.record_type, STAGES[story.last.stage].name
    if process == NONE:
        return DEFAULT_LIMIT
    return (RENEWAL_LIMITS if PROCESSES[process].record_type == "Renewal" else IDLE_LIMITS)[stage]


def stall_totals(rows: Iterable[dict[str, Any]], scopes_of: ScopesOf) -> list[dict[str, Any]]:
    """How much of the open pipeline stalls, by scope."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for scope in scopes_of(row["owner"]):
            groups[scope].append(row)
    return [{"scope_id": scope, **_total(group)} for scope, group in sorted(groups.items())]


def _total(group: list[dict[str, Any]]) -> dict[str, Any]:
    stalled = [row for row in group if row["is_stalled"]]
    opened, held = sum(row["cents"] for row in group), sum(row["cents"] for row in stalled)
    return {
        "open_count": len(group),
        "open_amount": opened / 100,
        "stalled_count": len(stalled),
        "stalled_amount": held / 100,
        "too_long_in_stage_count": sum(row["is_too_long_in_stage"] for row in group),
        "idle_count": sum(row["is_idle"] for row in group),
        "stalled_rate": len(stalled) / len(group),
        "stalled_value_rate": share(held, opened),
    }
