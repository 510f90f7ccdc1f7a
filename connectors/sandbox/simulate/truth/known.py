"""All that the simulation knows at an instant, in plain Python, and what it says of it: the true totals by name."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.setting.era import DAY, Era
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.quotas import Quotas, quotas, sales_of
from connectors.sandbox.simulate.truth.activity_totals import doings_at
from connectors.sandbox.simulate.truth.chronicle import Calendar, Story, stories
from connectors.sandbox.simulate.truth.conversion import Conversion
from connectors.sandbox.simulate.truth.engagement import open_deals
from connectors.sandbox.simulate.truth.flows import deal_flows, work_flows
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.lead_totals import each_lead
from connectors.sandbox.simulate.truth.quota_totals import coverage_totals, quotas_by_owner
from connectors.sandbox.simulate.truth.scopes import scoped
from connectors.sandbox.simulate.truth.staff_totals import staff_totals
from connectors.sandbox.simulate.truth.stage_totals import conversions, fate, stay_rows, win_cohorts
from connectors.sandbox.simulate.truth.totals import totals
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
    currencies: Currencies
    instant: int

    @cached_property
    def stories(self) -> list[Story]:
        return stories(self.book, Conversion(self.currencies, self.instant), self.instant)

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
        scopes_of = scoped(self.staff, scope, self.instant)
        flows = [*deal_flows(self.stories, self.book, self.ladder), *work_flows(self.conduct, self.now)]
        return totals(self.stories, flows, self.ladder, self.calendar(kind), scopes_of, self.instant)

    def coverage(self, kind: str, scope: str) -> list[dict[str, Any]]:
        """Quotas by period and scope, and what is booked and open against them: see `coverage_totals`."""
        calendar = self.calendar(kind)
        asked = quotas_by_owner(self.quotas, calendar, self.calendar("quarter"), self.now)
        return coverage_totals(self.stories, asked, calendar, scoped(self.staff, scope, self.instant))

    def conversions(self, kind: str) -> list[dict[str, Any]]:
        """Stage conversions by process, stage and period of entry: see `stage_totals.conversions`."""
        return conversions(self.stories, self.ladder, self.calendar(kind), self.now)

    def deals(self) -> dict[str, list[dict[str, Any]]]:
        """Lists of records by name: all stays in stages, the cohorts by their wins, and the open deals one by one."""
        ids = [str(each) for each in self.book.ids]
        done = doings_at(self.conduct, self.now)
        return {
            "stays": list(stay_rows(self.stories, ids, self.now)),
            "win_cohorts": win_cohorts(self.stories, self.ladder, self.calendar("quarter"), self.now),
            "open": list(open_deals(self.stories, ids, self.roles, done, self.instant)),
        }

    def leads(self) -> list[dict[str, Any]]:
        """The leads one by one: see `each_lead`."""
        return each_lead(self.conduct, {each.index for each in self.stories if fate(each) == "won"}, self.now)

    def staff_totals(self) -> dict[str, Any]:
        """Activities, coverage, leads and quotas as lists of records by name: see `staff_totals`."""
        return staff_totals(self.conduct, self.quotas, self.now)
