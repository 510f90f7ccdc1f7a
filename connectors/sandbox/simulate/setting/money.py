"""Currencies: some accounts buy in their own, at rates that are dated by month. Off by default: one currency then."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.deals.book import Book, Floats
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.fiscal import first_days, months_of
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import ADMIN, Staff

CODES = ("USD", "EUR", "GBP")  # the first is the corporate one
SHARES = (0.6, 0.25, 0.15)  # of the accounts
PARITIES = (1.0, 0.92, 0.79)  # units of the currency for one of the corporate one, in the beginning
MONTHLY_DRIFT = 0.018


@dataclass(frozen=True)
class Currencies:
    """Which currency each account buys in, and the monthly rates from the month before the era on."""

    era: Era
    of_account: Ints
    account: Ints  # of each deal

    @cached_property
    def months(self) -> Ints:
        first, last = months_of(np.array([self.era.start // DAY - 40, self.era.end // DAY + 200]))
        return np.arange(first, last + 1)

    @cached_property
    def rates(self) -> Floats:
        """Month × currency: units for one of the corporate currency."""
        stream = self.era.stream("conversion rates")
        drift = np.cumsum(stream.normal(0, MONTHLY_DRIFT, (self.months.size, len(CODES))), axis=0)
        drift[:, 0] = 0.0
        return np.round(np.array(PARITIES) * np.exp(drift), 6)

    @property
    def entered(self) -> Ints:
        """When each month's rates become known: on its first day."""
        return np.asarray(np.minimum(first_days(self.months) * DAY, self.era.end) + 60, dtype=np.int64)

    @property
    def static_rates(self) -> Floats:
        """By currency the rate of days without one of their own: the latest at the anchor."""
        latest = int(np.searchsorted(first_days(self.months), self.era.anchored // DAY, side="right")) - 1
        return np.asarray(self.rates[latest], dtype=np.float64)

    def of_deals(self, deals: Any) -> Ints:
        account = self.account[deals]
        return np.where(account == NONE, 0, self.of_account[account])

    def column(self, deals: Any) -> dict[str, Any]:
        """CurrencyIsoCode of records of deals; no column in an org with one currency."""
        return {"CurrencyIsoCode": frames.pick(list(CODES), self.of_deals(deals))} if self.era.has_currencies else {}

    def account_column(self, accounts: Any) -> dict[str, Any]:
        if not self.era.has_currencies:
            return {}
        return {"CurrencyIsoCode": frames.pick(list(CODES), self.of_account[accounts])}

    def corporate_column(self, size: int) -> dict[str, Any]:
        return {"CurrencyIsoCode": frames.constant(CODES[0], size)} if self.era.has_currencies else {}

    def in_corporate(self, amounts: Floats, deals: Any, days: Any, known: Any) -> Floats:
        """Amounts of deals that are to close on day numbers, by the rates that are known at the instants `known`.

        The month of the closing has one once it has begun, and none before the company's time: the static one then.
        """
        month = months_of(days) - self.months[0]
        is_dated = (month >= 0) & (months_of(days) <= months_of(np.asarray(known) // DAY))
        currency = self.of_deals(deals)
        dated = self.rates[np.clip(month, 0, self.months.size - 1), currency]
        return np.asarray(amounts / np.where(is_dated, dated, self.static_rates[currency]), dtype=np.float64)

    def rate_at(self, deals: Any, days: Any) -> Floats:
        """The dated rate of each deal's currency on each day number."""
        month = np.clip(months_of(days) - self.months[0], 0, self.months.size - 1)
        return np.asarray(self.rates[month, self.of_deals(deals)], dtype=np.float64)


def choose_currencies(era: Era, book: Book) -> Currencies:
    chosen = era.stream("currencies").choice(len(CODES), size=len(book.accounts), p=SHARES)
    return Currencies(era, chosen if era.has_currencies else np.zeros_like(chosen), book.deals.account)


def currency_tables(staff: Staff, currencies: Currencies) -> dict[str, Any]:
    """CurrencyType and DatedConversionRate, as they are known: a month's rate is entered on its first day."""
    era = currencies.era
    if not era.has_currencies:
        return {}
    count, months = len(CODES), currencies.months
    starts, ends = first_days(months), first_days(months + 1)
    founded = np.full(count, era.start - 400 * DAY)
    entered = np.repeat(currencies.entered, count - 1)
    kinds = np.tile(np.arange(1, count), months.size)
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    admins = frames.constant(str(staff.ids[ADMIN]), kinds.size)
    return {
        "CurrencyType": frames.table(
            {
                "Id": make_ids("01L", np.arange(1, count + 1)),
                "IsoCode": list(CODES),
                "ConversionRate": currencies.static_rates,
                "DecimalPlaces": np.full(count, 2),
                "IsActive": True,
                "IsCorporate": [code == CODES[0] for code in CODES],
                **frames.audit(founded, founded, admin, admin),
            }
        ),
        "DatedConversionRate": frames.table(
            {
                "Id": make_ids("04w", np.arange(1, kinds.size + 1)),
                "IsoCode": frames.pick(list(CODES), kinds),
                "StartDate": frames.days(np.repeat(starts, count - 1)),
                "NextStartDate": frames.days(np.repeat(ends, count - 1)),
                "ConversionRate": currencies.rates[:, 1:].reshape(-1),
                **frames.audit(entered, entered, admins, admins),
            }
        ),
    }
