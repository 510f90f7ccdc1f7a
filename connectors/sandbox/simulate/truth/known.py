"""All that the simulation knows at an instant, in plain Python, and what it says of it: the true totals by name."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.deals.splits import Splits
from connectors.sandbox.simulate.setting.era import DAY, Era, to_date
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.quotas import Quotas, quotas, sales_of
from connectors.sandbox.simulate.truth.accuracy import accuracies, range_accuracies, ranges
from connectors.sandbox.simulate.truth.activity_totals import Doing, doings_at
from connectors.sandbox.simulate.truth.adherence import adherence_totals, conformance_totals
from connectors.sandbox.simulate.truth.capacity import capacity_totals, ramp_totals, seller_months
from connectors.sandbox.simulate.truth.chronicle import Story, stories
from connectors.sandbox.simulate.truth.contracts import Contract, contracts
from connectors.sandbox.simulate.truth.conversion import Conversion
from connectors.sandbox.simulate.truth.credits import credit_totals, credited_by_quarter
from connectors.sandbox.simulate.truth.customer_cohorts import customer_cohorts
from connectors.sandbox.simulate.truth.deeds import deeds_by_quarter
from connectors.sandbox.simulate.truth.engagement import open_deals
from connectors.sandbox.simulate.truth.flows import deal_flows, work_flows
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.lead_totals import each_lead
from connectors.sandbox.simulate.truth.pay import pay_estimates
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.quota_totals import coverage_totals, quotas_by_owner
from connectors.sandbox.simulate.truth.reconciliation import ledgers, reconciled
from connectors.sandbox.simulate.truth.retention import contract_rows, retention_totals
from connectors.sandbox.simulate.truth.rollups import rollups
from connectors.sandbox.simulate.truth.scopes import ScopesOf, scoped
from connectors.sandbox.simulate.truth.staff_totals import staff_totals
from connectors.sandbox.simulate.truth.stage_totals import conversions, fate, stage_win_rates, stay_rows, win_cohorts
from connectors.sandbox.simulate.truth.stalled import planned_deals, stall_totals, stalled_deals
from connectors.sandbox.simulate.truth.standing import standing_totals
from connectors.sandbox.simulate.truth.totals import totals
from connectors.sandbox.simulate.truth.touched import touch_totals
from connectors.sandbox.simulate.truth.velocity import velocities
from connectors.sandbox.simulate.truth.weighting import worth_of
from connectors.sandbox.simulate.work.bookings import Booking, bookings
from connectors.sandbox.simulate.work.conduct import Conduct

MARGIN_DAYS = 1_500  # close dates may lie this far beyond the era


@dataclass(frozen=True)
class Known:
    """What is known before the second `instant`."""

    era: Era
    staff: Staff
    book: Book
    conduct: Conduct
    roles: ContactRoles
    splits: Splits
    currencies: Currencies
    instant: int

    @cached_property
    def stories(self) -> list[Story]:
        return stories(self.book, self.conversion, self.instant)

    @cached_property
    def conversion(self) -> Conversion:
        return Conversion(self.currencies, self.instant)

    @cached_property
    def doings(self) -> list[Doing]:
        return list(doings_at(self.conduct, self.now))

    @property
    def today(self) -> date:
        return to_date(self.now // DAY)

    def scopes(self, scope: str) -> ScopesOf:
        """Raises ValueError for an unknown scope."""
        return scoped(self.staff, scope, self.instant)

    @property
    def now(self) -> int:
        """The last second that is known."""
        return self.instant - 1

    @cached_property
    def quotas(self) -> Quotas:
        return quotas(self.era, self.staff, sales_of(self.book))

    @cached_property
    def ladder(self) -> Ladder:
        return Ladder(self.stories)

    def calendar(self, kind: str) -> Calendar:
        """Raises ValueError for an unknown kind."""
        return Calendar(kind, self.era.fiscal_month, self.era.start // DAY - 400, self.era.end // DAY + MARGIN_DAYS)

    def totals(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """The KPIs by period (`kind` is day, week, month or quarter) and by company, team or rep: see `totals`.

        `scope_id` is the user's id, the manager's for a team of all below, and empty for the company.
        """
        scopes_of = self.scopes(scope)
        flows = [*deal_flows(self.stories, self.book, self.ladder), *work_flows(self.conduct, self.now)]
        return totals(self.stories, flows, self.ladder, self.calendar(kind), scopes_of, self.instant)

    def coverage(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """Quotas by period and scope, and what is booked and open against them: see `coverage_totals`."""
        calendar = self.calendar(kind)
        asked = quotas_by_owner(self.quotas, calendar, self.calendar("quarter"), self.now)
        worth = worth_of(self.stories, self.ladder)
        return coverage_totals(self.stories, asked, calendar, self.scopes(scope), worth)

    def conversions(self, kind: str) -> list[dict[str, Any]]:
        """Stage conversions by process, stage and period of entry: see `stage_totals.conversions`."""
        return conversions(self.stories, self.ladder, self.calendar(kind), self.now)

    def deals(self) -> dict[str, list[dict[str, Any]]]:
        """Lists of records by name: all stays in stages, the cohorts by their wins, and the open deals one by one."""
        ids = [str(each) for each in self.book.ids]
        opened = self._open()
        return {
            "stays": list(stay_rows(self.stories, ids, self.now)),
            "win_cohorts": win_cohorts(self.stories, self.ladder, self.calendar("quarter"), self.now),
            "open": opened,
            "stalled": self._stalled(opened),
            "contracts": contract_rows(self._contracts()),
            "stage_win_rates": stage_win_rates(self.stories, self.ladder),
        }

    def _open(self) -> list[dict[str, Any]]:
        ids = [str(each) for each in self.book.ids]
        return list(open_deals(self.stories, ids, self.roles, self.doings, self.instant))

    def _stalled(self, opened: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids, planned = [str(each) for each in self.book.ids], planned_deals(self.conduct, self.now)
        return stalled_deals(self.stories, self.ladder, opened, planned, ids, self.now)

    def _contracts(self) -> list[Contract]:
        return contracts(self.stories, self.book, self.today)

    def stalls(self, scope: str) -> list[dict[str, Any]]:
        """How much of the open pipeline stalls, by scope: see `stalled_deals`."""
        return stall_totals(self._stalled(self._open()), self.scopes(scope))

    def touches(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """How many open deals were touched of late, by period and scope: see `touch_totals`."""
        scopes_of = self.scopes(scope)
        return touch_totals(self.stories, self.roles, self.doings, self.calendar(kind), scopes_of, self.instant)

    def standing(self, kind: str) -> list[dict[str, Any]]:
        """What lay open at the ends of periods, by seller, process and stage: see `standing_totals`."""
        owner_ids = [str(each) for each in self.staff.ids]
        return standing_totals(self.stories, self.ladder, self.calendar(kind), owner_ids, self.instant)

    def adherence(self, scope: str, breaking: Collection[str]) -> list[dict[str, Any]]:
        """How many of the open deals break no rule, by scope; `breaking` are the ids of those that do."""
        return adherence_totals(self.stories, [str(each) for each in self.book.ids], breaking, self.scopes(scope))

    def conformance(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """How many deals, and stage exits, went the way of their process, by period and scope: `conformance_totals`."""
        return conformance_totals(self.stories, self.ladder, self.calendar(kind), self.scopes(scope), self.instant)

    def velocity(self, scope: str) -> list[dict[str, Any]]:
        """Sales velocity and its four parts by month and scope: see `velocities`."""
        return velocities(self.stories, self.ladder, self.calendar("month"), self.scopes(scope), self.instant)

    def retention(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """Customers kept and renewed by period (quarter or year) and scope: see `retention_totals`."""
        accounts = self.book.accounts
        owners = self.staff.holders(accounts.slot, accounts.created).tolist()
        found = self._contracts()
        return retention_totals(found, self.calendar(kind), self.scopes(scope), owners.__getitem__, self.today)

    def customer_cohorts(self) -> list[dict[str, Any]]:
        """Customers by the quarter in which they were won, and what is left of them: see `customer_cohorts`."""
        return customer_cohorts(self._contracts(), self.calendar("quarter"), self.today)

    def credits(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """Bookings as they are credited to people, by period and scope: see `credit_totals`."""
        book, conversion, calendar = self.book, self.conversion, self.calendar(kind)
        return credit_totals(self.stories, book, self.splits, self.staff, conversion, calendar, self.scopes(scope))

    def forecasts(self, scope: str, since: date = date.min) -> dict[str, list[dict[str, Any]]]:
        """Past roll-ups and commit hits by quarter, week and scope, and how far off they lay: see `rollups`.

        Whose the deals were is taken into account `since` a day only, as an org forgets it after two years.
        """
        quarters, ids = self.calendar("quarter"), [str(each) for each in self.staff.ids]
        scopes_of, people = self.scopes(scope), self.scopes("rep")
        rolled = rollups(self.stories, self.ladder, quarters, scopes_of, self.instant)
        rolled = [row for row in rolled if scope == "company" or row["snapshot"] >= since]
        single = rollups(self.stories, self.ladder, quarters, people, self.instant)
        single = [row for row in single if row["snapshot"] >= since]
        below: dict[str, set[str]] = defaultdict(set)
        for person, key in enumerate(ids):
            for each in scopes_of(person):
                below[each].add(key)
        told = ranges(rolled)
        return {
            "rollups": rolled,
            "accuracy": accuracies(rolled, single, below),
            "ranges": told,
            "range_accuracy": range_accuracies(told),
        }

    def sellers(self, scope: str) -> dict[str, list[dict[str, Any]]]:
        """Months of the sellers, quota and bookings by tenure, and by quarter and scope what is to be expected."""
        months, quarters = self.calendar("month"), self.calendar("quarter")
        asked = quotas_by_owner(self.quotas, months, quarters, self.now)
        rows = seller_months(self.stories, self.staff, asked, months, self.now)
        return {
            "months": rows,
            "ramp": ramp_totals(rows, self.today),
            "capacity": capacity_totals(rows, quarters, self.scopes(scope)),
        }

    def pay(self) -> list[dict[str, Any]]:
        """What the company's plan makes of each seller's quarters: see `pay_estimates`."""
        book, quarters = self.book, self.calendar("quarter")
        credited = credited_by_quarter(self.stories, book, self.splits, self.staff, self.conversion, quarters, self.now)
        deeds = deeds_by_quarter(self.stories, book, self.roles, self.ladder, quarters, self.instant)
        asked = quotas_by_owner(self.quotas, quarters, quarters, self.now)
        return pay_estimates(credited, asked, deeds, self.staff, quarters, self.now)

    def bookings(self) -> list[Booking]:
        """What finance has booked: its own list, of which no record of the org tells."""
        return bookings(self.era, self.book, self.conduct.customers, self.currencies, self.now)

    def reconciliation(self, kind: str, booked: list[Booking] | None = None) -> list[dict[str, Any]]:
        """Bookings of the deals and of finance by period and account, matched and not: see `reconciled`.

        `booked` is finance's list if it is another one than today's.
        """
        listed = self.bookings() if booked is None else booked
        told = ledgers(listed, self.stories, self.book, self.conduct.customers, self.currencies)
        return reconciled(told, self.calendar(kind), self.calendar("month"), self.conversion, self.now)

    def leads(self) -> list[dict[str, Any]]:
        """The leads one by one: see `each_lead`."""
        return each_lead(self.conduct, {each.index for each in self.stories if fate(each) == "won"}, self.now)

    def staff_totals(self) -> dict[str, Any]:
        """Activities, coverage, leads and quotas as lists of records by name: see `staff_totals`."""
        return staff_totals(self.conduct, self.quotas, self.now)
