"""Accounts and contacts. Which account a deal belongs to is decided in `deals`; here they become records."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.simulate.deals.book import Accounts
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.setting.names import (
    COMPANY_FORMS,
    COMPANY_STEMS,
    COMPANY_TAILS,
    FIRST_NAMES,
    LAST_NAMES,
)
from connectors.sandbox.simulate.setting.words import CONTACT_TITLES, INDUSTRIES, PLACES, SOURCES, STREETS
from connectors.sandbox.simulate.staff.people import ADMIN, Staff


@dataclass(frozen=True)
class Customers:
    """Per account: when it was made, which slot owns it, when it first bought (NONE: never), its contacts.

    An account's first contact is made with it, the others within weeks: ask `contact_created` before naming one.
    Ids and names are Arrow texts; account n has the contacts from `contact_starts[n]` up to `contact_starts[n + 1]`.
    """

    created: Ints
    slots: Ints
    won: Ints
    ids: Any
    names: Any
    contact_starts: Ints
    contact_created: Ints
    contact_ids: Any
    contact_first: Ints
    contact_last: Ints

    def __len__(self) -> int:
        return self.created.size

    @property
    def names_and_none(self) -> Any:
        """The accounts' names, and after them what stands for no account."""
        return pa.concat_arrays([self.names, pa.array(["Unknown company"])])

    def contact_count(self, account: int) -> int:
        return int(self.contact_starts[account + 1] - self.contact_starts[account])


def make_customers(era: Era, accounts: Accounts) -> Customers:
    stream = era.stream("customers")
    count = len(accounts)
    starts = np.concatenate([[0], np.cumsum(stream.integers(2, 6, count))])
    contacts = int(starts[-1])
    return Customers(
        accounts.created,
        accounts.slot,
        accounts.won,
        frames.ids("001", np.arange(1, count + 1)),
        _company_names(count, stream),
        starts,
        _contacts_made(accounts.created, starts, era.stream("contact arrivals")),
        frames.ids("003", np.arange(1, contacts + 1)),
        stream.integers(0, len(FIRST_NAMES), contacts),
        stream.integers(0, len(LAST_NAMES), contacts),
    )


def _contacts_made(account_created: Ints, starts: Ints, stream: np.random.Generator) -> Ints:
    accounts = np.repeat(np.arange(account_created.size), np.diff(starts))
    is_first = np.arange(accounts.size) == starts[accounts]
    lag = np.where(is_first, 60, stream.integers(60, 30 * DAY, accounts.size))
    return np.asarray(account_created[accounts] + lag, dtype=np.int64)


def account_table(era: Era, staff: Staff, customers: Customers, currencies: Currencies) -> Any:
    """Account versions: made as a prospect, and a customer from the first won deal on."""
    stream = era.stream("account records")
    count = len(customers.created)
    buyers = np.flatnonzero(customers.won != NONE)
    who = np.concatenate([np.arange(count), buyers])
    stamped = np.concatenate([customers.created, customers.won[buyers]])
    is_customer = np.arange(who.size) >= count
    owners = staff.holders(customers.slots, customers.created)
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
            **currencies.account_column(who),
            **frames.audit(customers.created[who], stamped, owner_ids, owner_ids),
            "_until": frames.lasting(who, stamped),
        }
    )


def contact_table(era: Era, staff: Staff, customers: Customers) -> Any:
    """Contacts: a few per account."""
    stream = era.stream("contact records")
    accounts = np.repeat(np.arange(len(customers.created)), np.diff(customers.contact_starts))
    count = accounts.size
    created = customers.contact_created
    owners = frames.pick(staff.ids, staff.holders(customers.slots, customers.created)[accounts])
    first, last = frames.pick(FIRST_NAMES, customers.contact_first), frames.pick(LAST_NAMES, customers.contact_last)
    numbers = frames.texts(np.arange(1, count + 1))
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    return frames.table(
        {
            "Id": customers.contact_ids,
            "AccountId": frames.pick(customers.ids, accounts),
            "FirstName": first,
            "LastName": last,
            "Name": frames.joined(first, " ", last),
            "Email": pc.utf8_lower(frames.joined(first, ".", last, ".", numbers, "@example.org")),
            "Title": frames.pick(CONTACT_TITLES, stream.integers(0, len(CONTACT_TITLES), count)),
            "LeadSource": frames.pick(SOURCES, stream.integers(0, len(SOURCES), count)),
            "OwnerId": owners,
            "HasOptedOutOfEmail": False,
            "IsDeleted": False,
            **frames.audit(created, created, owners, admin),
            "_until": frames.instants(np.full(count, frames.NONE)),
        }
    )


def _company_names(count: int, stream: np.random.Generator) -> Any:
    """Names that differ as long as stems, tails and forms allow."""
    pairs = len(COMPANY_STEMS) * len(COMPANY_TAILS)
    code = stream.permutation(pairs)[np.arange(count) % pairs]
    forms = ["", *(f" {form}" for form in COMPANY_FORMS)]
    round_ = np.arange(count) // pairs
    return frames.joined(
        frames.pick(COMPANY_STEMS, code % len(COMPANY_STEMS)),
        " ",
        frames.pick(COMPANY_TAILS, code // len(COMPANY_STEMS)),
        frames.pick(forms, np.where(round_ > 0, (round_ - 1) % len(COMPANY_FORMS) + 1, 0)),
    )
