"""What finance books of the deals, as finance does: days later, in parts, by name, too early, not quite or not at all.

No record of the org tells of it: finance keeps its own list. Where that differs from the deals is told by
`truth.reconciliation`.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import DAY, Era, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import CODES, Currencies
from connectors.sandbox.simulate.setting.process import STAGE_CODES

WAYS = {"deal": 0.6, "parts": 0.08, "account": 0.1, "customer": 0.1, "rebated": 0.06, "never": 0.06}
REBATE = 0.05
LAG_DAYS = 40
EARLY_SHARE = 0.04  # of the deals are booked on a handshake, when they are negotiated
STRANGER_SHARE = 0.03  # wins beside which finance books something of a customer whom the org does not know
STRANGER_SHARES = (0.1, 0.4)  # of the win's amount
COLUMNS = (
    "booking_id",
    "booked_date",
    "amount",
    "currency_iso_code",
    "opportunity_id",
    "account_id",
    "account_name",
)


@dataclass(frozen=True, slots=True)
class Booking:
    """A line of finance's list: the day number, cents in a currency, and what it says of deal, account or customer.

    `deal` is the one it names (NONE: none), `account` likewise; `customer` is a name, empty where it gives none.
    """

    key: str
    day: int
    cents: int
    currency: int
    deal: int = NONE
    account: int = NONE
    customer: str = ""


def bookings(era: Era, book: Book, customers: Customers, currencies: Currencies, now: int) -> list[Booking]:
    """All that is booked until the second `now`, by day. A deal is booked once, as it was when it was first won or is
    negotiated."""
    stream, deals, steps = era.stream("finance"), book.deals, book.steps
    count = len(deals)
    ways = stream.choice(list(WAYS), size=count, p=list(WAYS.values()))
    lags = stream.integers(0, LAG_DAYS, count)
    strangers = np.where(stream.random(count) < STRANGER_SHARE, stream.uniform(*STRANGER_SHARES, count), 0.0)
    is_early = (stream.random(count) < EARLY_SHARE)[steps.deal] & (steps.stage == STAGE_CODES["Negotiation"])
    due = np.flatnonzero((steps.is_won | is_early) & (steps.at <= now) & (np.nan_to_num(steps.amount) > 0))
    first = due[np.unique(steps.deal[due], return_index=True)[1]]
    found: list[Booking] = []
    for step in first.tolist():
        deal, cents = int(steps.deal[step]), round(float(steps.amount[step]) * 100)
        day = int(steps.at[step]) // DAY
        day = (max(day, int(steps.close[step])) if steps.is_won[step] else day) + int(lags[deal])
        if day <= now // DAY:
            account, currency = int(deals.account[deal]), int(currencies.of_deals(deal))
            way = str(ways[deal]) if account != NONE and steps.is_won[step] else "deal"
            found += _booked(f"F{deal + 1:07}", way, Booking("", day, cents, currency, deal, account), customers)
            if strangers[deal]:
                part = round(cents * float(strangers[deal]))
                found.append(Booking(f"S{deal + 1:07}", day, part, 0, customer=f"Walk-in {deal + 1}"))
    return sorted(found, key=lambda each: (each.day, each.key))


def _booked(key: str, way: str, whole: Booking, customers: Customers) -> Iterator[Booking]:
    """One deal's lines, by the way that finance books it."""
    day, cents, currency, deal, account = whole.day, whole.cents, whole.currency, whole.deal, whole.account
    if way == "deal":
        yield Booking(key, day, cents, currency, deal)
    elif way == "parts":
        yield Booking(f"{key}-1", day, cents // 2, currency, deal)
        yield Booking(f"{key}-2", day, cents - cents // 2, currency, deal, account)
    elif way == "account":
        yield Booking(key, day, cents, currency, account=account)
    elif way == "customer":
        yield Booking(key, day, cents, currency, customer=f" {str(customers.names[account]).upper()} ")
    elif way == "rebated":
        yield Booking(key, day, round(cents * (1 - REBATE)), currency, account=account)


def bookings_csv(every: Iterable[Booking], book: Book, customers: Customers, has_currencies: bool) -> str:
    """Finance's list as the file that salespulse reads."""
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (
            each.key,
            to_date(each.day),
            f"{each.cents / 100:.2f}",
            CODES[each.currency] if has_currencies else "",
            "" if each.deal == NONE else book.ids[each.deal],
            "" if each.account == NONE else customers.ids[each.account],
            each.customer,
        )
        for each in every
    )
    return written.getvalue()
