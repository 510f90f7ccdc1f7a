"""True differences between what the deals and what finance call booked, by period and account.

A booking is of the won deal that it names. One that names no deal of the org is of a won deal that none names, of the
same account, amount and currency: the first booked of the first closed. Deals without a booking count as left out only
in the months that finance's list covers.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.conversion import Conversion
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.work.bookings import Booking

AMOUNTS = ("crm", "finance", "crm_only", "finance_only")
COUNTS = ("deal_count", "booking_count")
UNMATCHED = "finance_only"
Sums = dict[str, int]
Entry = tuple[int, tuple[str, str], Sums]  # the day, whose it is, what it counts for


@dataclass(frozen=True, slots=True)
class Match:
    """The deal that a booking is of, its account (NONE: none that the org knows), and how they were found."""

    deal: int
    account: int
    kind: str


@dataclass(frozen=True)
class Ledgers:
    """Both lists as they are known: finance's, and the deals that are not deleted, by index."""

    booked: list[Booking]
    deals: dict[int, Story]
    book: Book
    customers: Customers
    currencies: Currencies

    def account(self, deal: int) -> int:
        return int(self.book.deals.account[deal])

    def is_won(self, deal: int) -> bool:
        return deal in self.deals and self.deals[deal].last.is_won

    def worth(self, deal: int) -> tuple[int, int, int]:
        """What a booking without the deal's id has to tell to be of it: account, currency and cents."""
        saved = int(self.book.starts[deal]) + len(self.deals[deal].versions) - 1
        amount = float(self.book.steps.amount[saved])
        currency = int(self.currencies.of_deals(deal))
        return self.account(deal), currency, 0 if amount != amount else round(amount * 100)


def ledgers(
    booked: list[Booking], every: Iterable[Story], book: Book, customers: Customers, currencies: Currencies
) -> Ledgers:
    live = {story.index: story for story in every if not story.last.is_deleted}
    return Ledgers(booked, live, book, customers, currencies)


def matches(told: Ledgers, now: int) -> dict[str, Match]:
    """By booking what it is of."""
    accounts = _accounts_by_name(told.customers, now)
    found: dict[str, Match] = {}
    loose: dict[tuple[int, int, int], list[Booking]] = defaultdict(list)
    for each in told.booked:
        account = each.account if each.account != NONE else accounts.get(each.customer.strip().lower(), NONE)
        if told.is_won(each.deal):
            found[each.key] = Match(each.deal, told.account(each.deal), "opportunity_id")
        elif each.deal in told.deals:
            found[each.key] = Match(NONE, told.account(each.deal), UNMATCHED)
        else:
            found[each.key] = Match(NONE, account, UNMATCHED)
            loose[account, each.currency, each.cents].append(each)
    free = _by_worth(told, {each.deal for each in found.values()})
    for worth, lines in loose.items():
        lines.sort(key=lambda line: (line.day, line.key))
        for line, deal in zip(lines, free[worth] if worth[0] != NONE else (), strict=False):
            found[line.key] = Match(deal, worth[0], "account_and_amount")
    return found


def _by_worth(told: Ledgers, taken: Collection[int]) -> dict[tuple[int, int, int], list[int]]:
    """The won deals that no booking names, by what one has to tell to be of them; the first closed first."""
    found: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    free = [deal for deal in told.deals if told.is_won(deal) and deal not in taken]
    for deal in sorted(free, key=lambda deal: (told.deals[deal].last.close, str(told.book.ids[deal]))):
        found[told.worth(deal)].append(deal)
    return found


def _accounts_by_name(customers: Customers, now: int) -> dict[str, int]:
    """Those whose name no other account has."""
    names = [str(name).strip().lower() for name in customers.names.to_pylist()]
    made = [index for index, created in enumerate(customers.created.tolist()) if created <= now]
    counted = Counter(names[index] for index in made)
    return {names[index]: index for index in made if counted[names[index]] == 1}


def reconciled(
    told: Ledgers, calendar: Calendar, months: Calendar, conversion: Conversion, now: int
) -> list[dict[str, Any]]:
    """One row per period that finance's list reaches into, and account with a deal or a booking in it."""
    reached = [months.number(each.day) for each in told.booked]
    if not reached:
        return []
    covered = months.starts[min(reached)], months.starts[max(reached) + 1] - 1
    first, last = (calendar.number(day) for day in covered)
    found = matches(told, now)
    sums: dict[tuple[int, str, str], Sums] = defaultdict(lambda: dict.fromkeys((*AMOUNTS, *COUNTS), 0))
    for day, whose, counted in (*_of_deals(told, found, covered), *_of_finance(told, found, conversion)):
        if first <= calendar.number(day) <= last:
            for name, value in counted.items():
                sums[calendar.number(day), *whose][name] += value
    return [
        {"period_start": to_date(calendar.starts[number]), "account_id": account_id, "account_name": name, **_row(each)}
        for (number, account_id, name), each in sorted(sums.items())
    ]


def _of_deals(told: Ledgers, found: dict[str, Match], covered: tuple[int, int]) -> Iterator[Entry]:
    booked = {each.deal for each in found.values()}
    for index, story in told.deals.items():
        last = story.last
        if last.is_won:
            is_left_out = index not in booked and covered[0] <= last.close <= covered[1]
            counted = {"crm": last.cents, "deal_count": 1, "crm_only": last.cents if is_left_out else 0}
            yield last.close, _named(told, told.account(index), ""), counted


def _of_finance(told: Ledgers, found: dict[str, Match], conversion: Conversion) -> Iterator[Entry]:
    for each in told.booked:
        match = found[each.key]
        deal = each.deal if match.deal == NONE else match.deal
        cents = each.cents if deal == NONE else conversion.corporate(deal, each.cents, each.day)
        counted = {"finance": cents, "booking_count": 1, "finance_only": cents if match.kind == UNMATCHED else 0}
        yield each.day, _named(told, match.account, each.customer), counted


def _named(told: Ledgers, account: int, customer: str) -> tuple[str, str]:
    """Id and name of an account; of one that the org does not know the name that finance gives."""
    if account == NONE:
        return "", customer
    return str(told.customers.ids[account]), str(told.customers.names[account])


def _row(sums: Sums) -> dict[str, Any]:
    return {
        **{f"{name}_amount": sums[name] / 100 for name in AMOUNTS},
        "difference_amount": (sums["crm"] - sums["finance"]) / 100,
        **{name: sums[name] for name in COUNTS},
    }
