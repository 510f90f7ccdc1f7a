"""True totals of leads and quotas by period, as known at an instant, in plain Python from the lists of them."""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, HOUR, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.staff.quotas import Quotas
from connectors.sandbox.simulate.truth.activity_totals import user_ids
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.lead_rows import QUEUE_ID, orphaned

IN_TIME = DAY
QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class KnownLead:
    """A lead as it stands at an instant: instants in UTC seconds, None for what has not happened.

    `owner` is an index of the staff, NONE for the queue; `deal` the index of the deal that it names. `touched` is the
    first touch that is on record. `answered` is when the record says that it was: of what was written down on a later
    day it tells only the day, so that it can lie no earlier than the creation.
    """

    number: int
    created: int
    assigned: int
    source: str
    owner: int
    converted: int | None
    deal: int | None
    touched: int | None
    answered: int | None


def known_leads(conduct: Conduct, at: int) -> Iterator[KnownLead]:
    """The leads made up to an instant that have not been merged into others by then."""
    leads, (touched, told) = conduct.leads, _first_touches(conduct, at)
    gone = orphaned(leads, conduct.book).tolist()
    owners = [int(each) for each in leads.owner_at(np.arange(len(leads)), np.full(len(leads), at))]
    columns = (leads.created, leads.source, leads.assigned, leads.closed, leads.deal, leads.merged, leads.has_deal)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (made, source, assigned, closed, deal, merged, has_deal) in enumerate(rows):
        if made > at or (merged != NONE and merged <= at):
            continue
        is_converted = deal != NONE and closed <= at
        is_named = is_converted and has_deal and (gone[number] == NONE or gone[number] > at)
        yield KnownLead(
            number,
            made,
            assigned,
            SOURCES[source],
            owners[number],
            closed if is_converted else None,
            deal if is_named else None,
            touched.get(number),
            max(told[number], made) if number in told else None,
        )


def lead_totals(conduct: Conduct, at: int) -> list[dict[str, object]]:
    """Leads created and converted by month of creation, source and owner; merged ones are none any more.

    `response_hours` is the median time from the assignment to the first touch on record, over the answered ones;
    `in_time` counts those touched within a day.
    """
    groups: dict[tuple[str, str, str], list[KnownLead]] = defaultdict(list)
    ids = [*user_ids(conduct), QUEUE]  # the queue is numbered -1
    for lead in known_leads(conduct, at):
        groups[to_date(lead.created // DAY).strftime("%Y-%m"), lead.source, ids[lead.owner]].append(lead)
    return [
        {
            **dict(zip(("month", "source", "owner_id"), key, strict=True)),
            "created": len(group),
            "converted": sum(lead.converted is not None for lead in group),
            **_responses([lead.touched - lead.assigned for lead in group if lead.touched is not None]),
        }
        for key, group in sorted(groups.items())
    ]


def _responses(waits: list[int]) -> dict[str, object]:
    return {
        "answered": len(waits),
        "in_time": sum(wait <= IN_TIME for wait in waits),
        "response_hours": round(median(waits) / HOUR, 3) if waits else None,
    }


def each_lead(conduct: Conduct, won: Container[int], at: int) -> list[dict[str, object]]:
    """One row per known lead: who has it, when it came, how long it has waited for a touch, and what it became.

    `won` are the deals (indexes) that are won. A lead that nobody has touched has waited until now.
    """
    ids = [*user_ids(conduct), QUEUE_ID]
    numbers = conduct.leads.ids
    return [
        {
            "lead_id": str(numbers[lead.number]),
            "owner_id": ids[lead.owner],
            "lead_source": lead.source,
            "created_date": to_date(lead.created // DAY),
            "converted_date": None if lead.converted is None else to_date(lead.converted // DAY),
            "is_converted": lead.converted is not None,
            "is_opportunity_won": lead.deal in won,
            "is_in_queue": lead.owner == NONE,
            "is_response_censored": lead.answered is None,
            "response_hours": ((at if lead.answered is None else lead.answered) - lead.created) / HOUR,
        }
        for lead in known_leads(conduct, at)
    ]


def _first_touches(conduct: Conduct, at: int) -> tuple[dict[int, int], dict[int, int]]:
    """By lead the instant of the first task that was done by then and told of; and that which the record tells."""
    tasks, found, told = conduct.tasks, dict[int, int](), dict[int, int]()
    columns = (tasks.lead, tasks.at, tasks.due, tasks.entered, tasks.completed)
    for lead, happened, due, entered, completed in zip(*(column.tolist() for column in columns), strict=True):
        if lead != NONE and completed != NONE and completed <= at:
            moment = happened if happened // DAY < entered // DAY else completed
            recorded = due // DAY * DAY if due // DAY < entered // DAY else completed
            found[lead] = min(found.get(lead, moment), moment)
            told[lead] = min(told.get(lead, recorded), recorded)
    return found, told


def quota_totals(conduct: Conduct, quotas: Quotas, at: int) -> list[dict[str, object]]:
    """Each quota as it stands at the instant, by the seller and the first day of the quarter."""
    ids = user_ids(conduct)
    columns = (quotas.person, quotas.quarter, quotas.entered, quotas.amount, quotas.changed, quotas.revised)
    return [
        {
            "owner_id": ids[person],
            "quarter": to_date(quarter).isoformat(),
            "amount": revised if changed != NONE and changed <= at else amount,
        }
        for person, quarter, entered, amount, changed, revised in zip(*(c.tolist() for c in columns), strict=True)
        if entered <= at
    ]
