"""The process violations in the simulated company, as intervals of time, from the simulation's own state.

Computed from the deals' steps, by other means than the product computes them: a reference to test it with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, Ints
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.opportunities import StepColumns, opportunity_ids
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.process import LOST

MANY_PUSHES = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """`rule` holds for the record from the second `since` until the second `until` (NONE: for good)."""

    rule: str
    record_id: str
    since: int
    until: int


def planted_facts(deals: list[Deal], columns: StepColumns, staff: Staff, tasks: dict[str, Any]) -> Iterator[Fact]:
    """Facts of the rules OPP-01, 02, 08, 20, 23, 24, 26, 27, PATH-01, 02 and ACT-01, 02."""
    ids = opportunity_ids(deals)
    yield from _step_facts(columns, ids, staff)
    yield from _deal_facts(deals, ids)
    for rule, flags in (("ACT-01", tasks["is_unlinked"]), ("ACT-02", tasks["is_late"])):
        for index in np.flatnonzero(flags):
            since, until = int(tasks["entered"][index]), int(tasks["deleted"][index])
            yield Fact(rule, str(tasks["ids"][index]), since, until)


def _step_facts(columns: StepColumns, ids: Any, staff: Staff) -> Iterator[Fact]:
    is_open = ~columns.is_closed & ~columns.is_deleted
    left = np.array([person.end for person in staff.people])[columns.owner]
    is_blank = np.array([step.next_step is None for step in columns.steps])
    no_reason = np.array([step.loss_reason is None for step in columns.steps])
    is_lost = (columns.stage == LOST) & ~columns.is_deleted
    since_always = columns.at
    rules: tuple[tuple[str, Any, Ints], ...] = (
        ("OPP-01", is_open, (columns.close + 1) * DAY),
        ("OPP-02", is_open & is_blank, since_always),
        ("OPP-08", is_open & (columns.close_date_moves >= MANY_PUSHES), since_always),
        ("OPP-20", is_lost & no_reason, since_always),
        ("OPP-26", is_open & (left != NONE), left),
    )
    for rule, holds, begins in rules:
        since = np.maximum(columns.at, begins)
        kept = np.flatnonzero(holds & ((columns.until == NONE) | (since < columns.until)))
        for index in kept:
            yield Fact(rule, str(ids[columns.deal[index]]), int(since[index]), int(columns.until[index]))


def _deal_facts(deals: list[Deal], ids: Any) -> Iterator[Fact]:
    for deal in deals:
        record_id = str(ids[deal.index])
        until = NONE if deal.deleted_at is None else deal.deleted_at
        order = {name: position for position, (name, _) in enumerate(deal.process.stages)}
        if deal.is_born_closed:
            yield Fact("OPP-23", record_id, deal.created, until)
        if deal.reopened_at is not None:
            yield Fact("OPP-24", record_id, deal.reopened_at, until)
        if deal.account == NONE:
            yield Fact("OPP-27", record_id, deal.created, until)
        for rule, at in _path_facts(deal, order):
            yield Fact(rule, record_id, at, until)


def _path_facts(deal: Deal, order: dict[str, int]) -> Iterator[tuple[str, int]]:
    """First skip of an own stage and first move back, among the open stages."""
    found: set[str] = set()
    for before, after in zip(deal.steps, deal.steps[1:], strict=False):
        if before.stage not in order or after.stage not in order:
            continue
        jump = order[after.stage] - order[before.stage]
        rule = "PATH-01" if jump > 1 else "PATH-02" if jump < 0 else None
        if rule and rule not in found:
            found.add(rule)
            yield rule, after.at
