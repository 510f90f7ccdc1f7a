"""True totals of leads and quotas by period, as known at an instant, in plain Python from the lists of them."""

from collections import Counter, defaultdict
from statistics import median

from connectors.sandbox.simulate.setting.era import DAY, HOUR, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.staff.quotas import Quotas
from connectors.sandbox.simulate.truth.activity_totals import user_ids
from connectors.sandbox.simulate.work.conduct import Conduct

IN_TIME = DAY
QUEUE = "queue"


def lead_totals(conduct: Conduct, at: int) -> list[dict[str, object]]:
    """Leads created and converted by month of creation, source and owner; merged ones are none any more.

    `response_hours` is the median time from the assignment to the first touch on record, over the answered ones;
    `in_time` counts those touched within a day.
    """
    touched = _first_touches(conduct, at)
    created: Counter[tuple[str, str, str]] = Counter()
    converted: Counter[tuple[str, str, str]] = Counter()
    in_time: Counter[tuple[str, str, str]] = Counter()
    waits: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    leads, owners = conduct.leads, _owners(conduct, at)
    columns = (leads.created, leads.source, leads.assigned, leads.closed, leads.deal, leads.merged)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (made, source, assigned, closed, deal, merged) in enumerate(rows):
        if made > at or (merged != NONE and merged <= at):
            continue
        key = (to_date(made // DAY).strftime("%Y-%m"), SOURCES[source], owners[number])
        created[key] += 1
        converted[key] += deal != NONE and closed <= at
        if number in touched:
            waits[key].append((touched[number] - assigned) / HOUR)
            in_time[key] += touched[number] <= assigned + IN_TIME
    return [
        {
            **dict(zip(("month", "source", "owner_id"), key, strict=True)),
            "created": count,
            "converted": converted[key],
            "answered": len(waits[key]),
            "in_time": in_time[key],
            "response_hours": round(median(waits[key]), 3) if waits[key] else None,
        }
        for key, count in sorted(created.items())
    ]


def _owners(conduct: Conduct, at: int) -> list[str]:
    """By lead who has it: the queue, the first owner, or who has taken over."""
    leads, ids = conduct.leads, user_ids(conduct)
    columns = (leads.owner, leads.handed, leads.heir, leads.assigned, leads.is_queued)
    return [
        QUEUE if is_queued and at < assigned else ids[heir if handed != NONE and handed <= at else owner]
        for owner, handed, heir, assigned, is_queued in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _first_touches(conduct: Conduct, at: int) -> dict[int, int]:
    """By lead the instant of the first task that was done by then and told of."""
    tasks, found = conduct.tasks, dict[int, int]()
    columns = (tasks.lead, tasks.at, tasks.entered, tasks.completed)
    for lead, happened, entered, completed in zip(*(column.tolist() for column in columns), strict=True):
        if lead != NONE and completed != NONE and completed <= at:
            moment = happened if happened // DAY < entered // DAY else completed
            found[lead] = min(found.get(lead, moment), moment)
    return found


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
