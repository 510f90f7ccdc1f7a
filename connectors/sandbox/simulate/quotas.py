"""Quotas: one per seller and quarter.

They are set with some foresight (half the company's trend, half what the seller's quarters bring), so that
attainment stays plausible in a small company. A quota is therefore no honest feature of a forecast.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, day_number, next_quarter, quarter_start, to_date
from connectors.sandbox.simulate.people import ADMIN, Staff
from connectors.sandbox.simulate.setup_rows import quarter_ids

EXPECTED_ATTAINMENT = 0.85
NOTICE_DAYS = 14  # quotas are entered this long before their quarter
ROUND_TO = 1_000


def quota_table(era: Era, staff: Staff, deals: list[Deal]) -> Any:
    sold = _sold_by_seller(deals)
    periods = quarter_ids(era)
    rows: list[tuple[int, date, float]] = []
    quarter, last = quarter_start(era.first_date), quarter_start(to_date(era.end // DAY - 100))
    while quarter <= last:
        rows += _quotas_of(quarter, staff, sold)
        quarter = next_quarter(quarter)
    entered = np.array([(day_number(start) - NOTICE_DAYS) * DAY + 10 * HOUR for _, start, _ in rows])
    count = len(rows)
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    return frames.table(
        {
            "Id": make_ids("0J9", np.arange(1, count + 1)),
            "QuotaOwnerId": frames.pick(staff.ids, [person for person, _, _ in rows]),
            "PeriodId": [periods.get(start) for _, start, _ in rows],
            "StartDate": frames.days([day_number(start) for _, start, _ in rows]),
            "QuotaAmount": [amount for *_, amount in rows],
            "IsAmount": True,
            "IsQuantity": False,
            **frames.audit(entered, entered, admin, admin),
        }
    )


def _quotas_of(quarter: date, staff: Staff, sold: dict[tuple[int, date], float]) -> list[tuple[int, date, float]]:
    middle = (day_number(quarter) + 45) * DAY
    sellers = [p for slot in staff.slots for p in slot.people if staff.people[p].works_at(middle)]
    if not sellers:
        return []
    near = [_previous(quarter), quarter, next_quarter(quarter)]
    trend = sum(sold.get((p.index, q), 0.0) for p in staff.people for q in near) / len(near) / len(sellers)
    rows = []
    for person in sellers:
        own = sum(sold.get((person, q), 0.0) for q in near) / len(near)
        now = sold.get((person, quarter), 0.0)
        expected = 0.4 * trend + 0.2 * own + 0.4 * now
        amount = round(expected / EXPECTED_ATTAINMENT / ROUND_TO) * ROUND_TO
        rows.append((person, quarter, float(max(amount, 10 * ROUND_TO))))
    return rows


def _sold_by_seller(deals: list[Deal]) -> dict[tuple[int, date], float]:
    sold: dict[tuple[int, date], float] = defaultdict(float)
    for deal in deals:
        if deal.is_won:
            last = deal.steps[-1]
            sold[last.owner, quarter_start(to_date(last.close))] += last.amount or 0.0
    return sold


def _previous(quarter: date) -> date:
    return quarter_start(to_date(day_number(quarter) - 1))
