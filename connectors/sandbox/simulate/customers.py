"""Accounts and contacts. Which account a deal belongs to is decided in `deals`; here they become records."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.era import DAY, Era, Ints
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.names import COMPANY_FORMS, COMPANY_STEMS, COMPANY_TAILS, FIRST_NAMES, LAST_NAMES
from connectors.sandbox.simulate.people import ADMIN, Staff
from connectors.sandbox.simulate.words import CONTACT_TITLES, INDUSTRIES, PLACES, SOURCES, STREETS


@dataclass(slots=True)
class Customers:
    """Per account: when it was made, which slot owns it, when it first bought (NONE: never), its contacts.

    An account's first contact is made with it, the others within weeks: ask `contact_created` before naming one.
    """

    created: Ints
    slots: Ints
    won: Ints
    ids: Any
    names: list[str]
    contact_starts: Ints
    contact_created: Ints
    contact_ids: Any
    contact_names: list[tuple[str, str]]

    def contact_count(self, account: int) -> int:
        return int(self.contact_starts[account + 1] - self.contact_starts[account])


def make_customers(era: Era, created: list[int], slots: list[int], won: list[int]) -> Customers:
    stream = era.stream("customers")
    count = len(created)
    starts = np.concatenate([[0], np.cumsum(stream.integers(2, 6, count))])
    people = [
        (FIRST_NAMES[first], LAST_NAMES[last])
        for first, last in zip(
            stream.integers(0, len(FIRST_NAMES), starts[-1]),
            stream.integers(0, len(LAST_NAMES), starts[-1]),
            strict=True,
        )
    ]
    return Customers(
        np.array(created),
        np.array(slots),
        np.array(won),
        make_ids("001", np.arange(1, count + 1)),
        _company_names(count, stream),
        starts,
        _contacts_made(np.array(created), starts, era.stream("contact arrivals")),
        make_ids("003", np.arange(1, starts[-1] + 1)),
        people,
    )


def _contacts_made(account_created: Ints, starts: Ints, stream: np.random.Generator) -> Ints:
    accounts = np.repeat(np.arange(account_created.size), np.diff(starts))
    is_first = np.arange(accounts.size) == starts[accounts]
    lag = np.where(is_first, 60, stream.integers(60, 30 * DAY, accounts.size))
    return np.asarray(account_created[accounts] + lag, dtype=np.int64)


def account_table(era: Era, staff: Staff, customers: Customers) -> Any:
    """Account versions: made as a prospect, and a customer from the first won deal on."""
    stream = era.stream("account records")
    count = len(customers.created)
    buyers = np.flatnonzero(customers.won != NONE)
    who = np.concatenate([np.arange(count), buyers])
    stamped = np.concatenate([customers.created, customers.won[buyers]])
    is_customer = np.arange(who.size) >= count
    owners = np.array(
        [staff.holder(int(slot), int(at)) for slot, at in zip(customers.slots, customers.created, strict=True)]
    )
    place = stream.integers(0, len(PLACES), count)[who]
    employees = np.round(np.exp(stream.normal(5.3, 1.1, count))).astype(np.int64)
    owner_ids = frames.pick(staff.ids, owners[who])

    def place_column(position: int) -> Any:
        return frames.pick([each[position] for each in PLACES], place)

    streets = [f"{number} {STREETS[number % len(STREETS)]}" for number in range(1, 200)]
    return frames.table(
        {
            "Id": frames.pick(customers.ids, who),
            "Name": frames.pick(customers.names, who),
            "Type": frames.pick(["Prospect", "Customer"], is_customer.astype(int)),
            "BillingStreet": frames.pick(streets, stream.integers(0, len(streets), count)[who]),
            "BillingCity": place_column(0),
            "BillingState": place_column(1),
            "BillingCountry": place_column(2),
            "BillingPostalCode": place_column(3),
            "Industry": frames.pick(INDUSTRIES, stream.integers(0, len(INDUSTRIES), count)[who]),
            "AnnualRevenue": frames.numbers((employees * stream.integers(80, 240, count) * 1000)[who]),
            "NumberOfEmployees": frames.counts(employees[who]),
            "AccountSource": frames.pick(SOURCES, stream.integers(0, len(SOURCES), count)[who]),
            "OwnerId": owner_ids,
            "IsDeleted": False,
            **frames.audit(customers.created[who], stamped, owner_ids, owner_ids),
        }
    )


def contact_table(era: Era, staff: Staff, customers: Customers) -> Any:
    """Contacts: a few per account."""
    stream = era.stream("contact records")
    accounts = np.repeat(np.arange(len(customers.created)), np.diff(customers.contact_starts))
    count = accounts.size
    created = customers.contact_created
    names = customers.contact_names
    owners = frames.pick(
        staff.ids,
        [staff.holder(int(customers.slots[a]), int(customers.created[a])) for a in range(len(customers.created))],
    ).take(frames.counts(accounts))
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    return frames.table(
        {
            "Id": customers.contact_ids,
            "AccountId": frames.pick(customers.ids, accounts),
            "FirstName": [first for first, _ in names],
            "LastName": [last for _, last in names],
            "Name": [f"{first} {last}" for first, last in names],
            "Email": [f"{f}.{last}.{n}@example.org".lower() for n, (f, last) in enumerate(names, 1)],
            "Title": frames.pick(CONTACT_TITLES, stream.integers(0, len(CONTACT_TITLES), count)),
            "LeadSource": frames.pick(SOURCES, stream.integers(0, len(SOURCES), count)),
            "OwnerId": owners,
            "HasOptedOutOfEmail": False,
            "IsDeleted": False,
            **frames.audit(created, created, owners, admin),
        }
    )


def _company_names(count: int, stream: np.random.Generator) -> list[str]:
    stems, tails = len(COMPANY_STEMS), len(COMPANY_TAILS)
    order = stream.permutation(stems * tails)
    names = []
    for index in range(count):
        code = int(order[index % order.size])
        name = f"{COMPANY_STEMS[code % stems]} {COMPANY_TAILS[code // stems]}"
        round_ = index // order.size
        names.append(name if round_ == 0 else f"{name} {COMPANY_FORMS[(round_ - 1) % len(COMPANY_FORMS)]}")
    return names
