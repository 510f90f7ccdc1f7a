"""What amounts are worth in corporate currency, by the rates that are known at an instant.

A month's rate is known from its first day on; a day without one has the static rate. Constant currency has the rates
of the first day of the fiscal year of that instant.
"""

from datetime import date

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, day_number, to_date
from connectors.sandbox.simulate.setting.fiscal import first_days
from connectors.sandbox.simulate.setting.money import Currencies


class Conversion:
    """Rates of deals, as known before the second `instant`."""

    def __init__(self, currencies: Currencies, instant: int) -> None:
        era = currencies.era
        count = currencies.account.size
        self._currency: list[int] = currencies.of_deals(np.arange(count)).tolist()
        starts, entered = first_days(currencies.months).tolist(), currencies.entered.tolist()
        rates = currencies.rates.tolist()
        self._dated: dict[tuple[int, int], list[float]] = {
            (to_date(start).year, to_date(start).month): row
            for start, known, row in zip(starts, entered, rates, strict=True)
            if known < instant
        }
        self._static: list[float] = currencies.static_rates.tolist()
        today = to_date((instant - 1) // DAY)
        self._fixed = day_number(date(today.year - (today.month < era.fiscal_month), era.fiscal_month, 1))

    def corporate(self, deal: int, cents: int, day: int) -> int:
        """An amount of a deal that is to close on a day number, at that day's rate."""
        return round(cents / self._rate(self._currency[deal], day))

    def constant(self, deal: int, cents: int) -> int:
        return round(cents / self._rate(self._currency[deal], self._fixed))

    def _rate(self, currency: int, day: int) -> float:
        if not currency:
            return 1.0
        told = to_date(day)
        return self._dated.get((told.year, told.month), self._static)[currency]
