"""The simulated company put together: its records, its planted truth, the true odds of its deals, its true totals."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.contact_roles import ContactRoles, contact_role_table, fill_roles
from connectors.sandbox.simulate.deals.customers import Customers, account_table, contact_table, make_customers
from connectors.sandbox.simulate.deals.histories import field_history_table, history_table
from connectors.sandbox.simulate.deals.items import Items, fill_items, item_table
from connectors.sandbox.simulate.deals.opportunities import opportunity_table
from connectors.sandbox.simulate.deals.pipeline import Pipeline, fill_pipeline
from connectors.sandbox.simulate.deals.quote_lines import quote_line_table
from connectors.sandbox.simulate.deals.quotes import Quotes, draw_up, quote_table
from connectors.sandbox.simulate.deals.splits import Splits, share_out, split_table, split_type_table
from connectors.sandbox.simulate.deals.teams import team_table
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.catalog import PRICE_BOOK_ID, catalog_tables
from connectors.sandbox.simulate.setting.era import Era, day_number
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import Currencies, choose_currencies, currency_tables
from connectors.sandbox.simulate.setting.setup_rows import setup_tables
from connectors.sandbox.simulate.staff.hiring import hire
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.quotas import quota_table, quotas, sales_of
from connectors.sandbox.simulate.staff.users import role_table, user_table
from connectors.sandbox.simulate.truth.facts import facts_table
from connectors.sandbox.simulate.truth.known import Known
from connectors.sandbox.simulate.truth.ledger import every_fact
from connectors.sandbox.simulate.truth.odds import odds_at, odds_table
from connectors.sandbox.simulate.work.bookings import bookings_csv
from connectors.sandbox.simulate.work.campaigns import (
    Campaigns,
    campaign_ids,
    campaign_table,
    member_table,
    run_campaigns,
)
from connectors.sandbox.simulate.work.conduct import Conduct, act
from connectors.sandbox.simulate.work.lead_rows import queue_table
from connectors.sandbox.store.org import Org

DISK_SCALE = 50  # from here on an org's records are better kept on disk, as far as they do not fit into some GB


@dataclass(frozen=True)
class Company:
    """All that the simulation knows. Records are made of it by `tables`; the rest is what no record tells.

    `working` becomes the people's conduct, which takes half of the time: what does not need it can be stored meanwhile.
    """

    era: Era
    staff: Staff
    pipeline: Pipeline
    customers: Customers
    working: Future[Conduct]
    roles: ContactRoles
    currencies: Currencies
    items: Items
    quotes: Quotes
    splits: Splits

    @property
    def conduct(self) -> Conduct:
        """What the people did; waits until they have."""
        return self.working.result()

    @cached_property
    def campaigns(self) -> Campaigns:
        return run_campaigns(self.era, self.pipeline.book, self.conduct.leads)

    @cached_property
    def facts(self) -> Any:
        """The rules that records break: an Arrow table of rule, object, record_id, reason, since and until (UTC)."""
        every = every_fact(self.era, self.staff, self.pipeline, self.roles, self.conduct, self.items, self.quotes)
        return facts_table(every)

    def facts_at(self, instant: datetime) -> dict[str, frozenset[str]]:
        """The violations that hold at an instant: rule → record ids."""
        now = pa.scalar(_naive(instant), pa.timestamp("s"))
        held = pc.and_(
            pc.less_equal(self.facts["since"], now),
            pc.fill_null(pc.greater(self.facts["until"], now), True),
        )
        found: dict[str, set[str]] = {}
        rows = self.facts.filter(held).select(["rule", "record_id"]).to_pydict()
        for rule, record_id in zip(rows["rule"], rows["record_id"], strict=True):
            found.setdefault(rule, set()).add(record_id)
        return {rule: frozenset(ids) for rule, ids in sorted(found.items())}

    def odds(self, at: date) -> Any:
        """The true odds of every deal that is open at the end of a day: see `simulate.odds.odds_table`."""
        odds = odds_at(self.era, self.pipeline.fates, day_number(at))
        return odds_table(self.era, odds, self.pipeline.book.numbers)

    def totals(self, period: str, scope: str = "company", at: datetime | None = None) -> list[dict[str, Any]]:
        """True totals of the KPIs as known at an instant (default: the anchor): see `simulate.truth.totals`."""
        return self.known(at).totals(period, scope)

    def coverage(self, period: str, scope: str = "company", at: datetime | None = None) -> list[dict[str, Any]]:
        """Quotas and what is booked and open against them, by period: see `simulate.truth.quota_totals`."""
        return self.known(at).coverage(period, scope)

    def staff_totals(self, at: datetime | None = None) -> dict[str, Any]:
        """True totals of activities, leads, quotas and coverage as known at an instant (default: the anchor)."""
        return self.known(at).staff_totals()

    def leads(self, at: datetime | None = None) -> list[dict[str, Any]]:
        """The true leads one by one as known at an instant."""
        return self.known(at).leads()

    def deal_totals(self, at: datetime | None = None) -> dict[str, Any]:
        """True stays in stages, cohorts of deals by their wins, and the open deals as known at an instant."""
        return self.known(at).deals()

    def conversions(self, period: str, at: datetime | None = None) -> list[dict[str, Any]]:
        """True stage conversions by cohort of entry: see `simulate.truth.stage_totals`."""
        return self.known(at).conversions(period)

    def adherence(
        self, scope: str, rules: Collection[str] | None = None, at: datetime | None = None
    ) -> list[dict[str, Any]]:
        """How many of the open deals of each scope break none of the rules (default: all) at an instant."""
        held = self.facts_at(datetime.fromtimestamp(self._second(at) - 1, UTC))
        breaking = {each for rule, ids in held.items() if rules is None or rule in rules for each in ids}
        return self.known(at).adherence(scope, breaking)

    def known(self, at: datetime | None = None) -> Known:
        """All that can be told in plain Python, as known at an instant (default: the anchor)."""
        book, second = self.pipeline.book, self._second(at)
        return Known(self.era, self.staff, book, self.conduct, self.roles, self.splits, self.currencies, second)

    def bookings_csv(self, at: datetime | None = None) -> str:
        """What finance has booked by an instant (default: the anchor), as the CSV file that it hands out."""
        listed = self.known(at).bookings()
        return bookings_csv(listed, self.pipeline.book, self.customers, self.era.has_currencies)

    def _second(self, at: datetime | None) -> int:
        """The first second after an instant: what happens at it is known."""
        return self.era.anchored if at is None else int(_naive(at).replace(tzinfo=UTC).timestamp()) + 1

    def tables(self) -> dict[str, Any]:
        """All record versions by sObject: Arrow tables, and of what is big, record batches to be taken once.

        The batches are made when they are taken: no two big tables are there at once. Those that follow from the deals
        alone come first, as the people's work may still be going on.
        """
        return {**self._tables_of_deals(), **self._tables_of_work()}

    def _tables_of_deals(self) -> dict[str, Any]:
        era, staff, book, customers = self.era, self.staff, self.pipeline.book, self.customers
        currencies = self.currencies
        return {
            "OpportunityHistory": _batches(self._numbered(history_table)),
            "OpportunityFieldHistory": _batches(self._numbered(field_history_table)),
            "Account": _late(lambda: account_table(era, staff, customers, currencies)),
            "Contact": _late(lambda: contact_table(era, staff, customers)),
            "OpportunityContactRole": _late(lambda: contact_role_table(era, staff, book, customers, self.roles)),
            "OpportunityLineItem": _late(lambda: item_table(staff, book, self.items, currencies)),
            "Quote": _late(lambda: quote_table(staff, book, customers, self.quotes, self.items, currencies, era.end)),
            "QuoteLineItem": _late(lambda: quote_line_table(staff, book, self.quotes, self.items, currencies, era.end)),
            "OpportunitySplit": _late(lambda: split_table(staff, book, self.splits, currencies)),
            "OpportunityTeamMember": _late(lambda: team_table(staff, book, self.splits, currencies)),
            "OpportunitySplitType": split_type_table(era, staff),
            "UserRole": role_table(era, staff),
            "User": user_table(staff),
            "Group": queue_table(era, staff),
            "ForecastingQuota": quota_table(era, staff, quotas(era, staff, sales_of(book))),
            **setup_tables(era, staff),
            **currency_tables(staff, currencies),
            **catalog_tables(era, staff, currencies.corporate_column),
        }

    def _tables_of_work(self) -> dict[str, Any]:
        """What needs the people's conduct: Opportunity names the campaign of its lead."""
        staff, book, currency = self.staff, self.pipeline.book, self.currencies.corporate_column
        return {
            "Opportunity": _batches(self._opportunities()),
            "Task": _batches(_later(lambda: self.conduct.task_batches())),
            "Event": _batches(_later(lambda: self.conduct.event_batches())),
            "Lead": _late(lambda: self.conduct.lead_table()),
            "Campaign": _late(lambda: campaign_table(staff, self.campaigns, currency)),
            "CampaignMember": _late(
                lambda: member_table(staff, self.campaigns, self.conduct.leads, book, self.customers)
            ),
        }

    def _opportunities(self) -> Iterator[Any]:
        """Opportunity as tables of some deals each."""
        book = self.pipeline.book
        itemised = self.items.has_lines(book)
        for part in book.parts():
            begin = int(book.starts[part.offset])
            has_lines = itemised[begin : begin + len(part.steps)]
            whose = part.steps.deal + part.offset
            more = {
                "CampaignId": frames.pick(campaign_ids(self.campaigns), self.campaigns.deal[whose]),
                "IsSplit": self.splits.percentage[whose] > 0,
                "Pricebook2Id": frames.pick([PRICE_BOOK_ID], np.where(has_lines, 0, NONE)),
                **self.currencies.column(whose),
            }
            yield opportunity_table(self.era, self.staff, part, self.customers, has_lines, more)

    def _numbered(self, make: Callable[[Staff, Book, int], Any]) -> Iterator[Any]:
        """Tables of some deals' history each, their ids counting on."""
        number = 1
        for part in self.pipeline.book.parts():
            made = make(self.staff, part, number)
            number += made.num_rows
            yield made


def _late(make: Callable[[], Any]) -> Iterator[Any]:
    """The record batches of one table that is made when the first of them is taken."""
    yield from make().to_batches()


def _later(make: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """Tables that begin to be made when the first of them is taken."""
    yield from make()


def _batches(tables: Iterable[Any]) -> Iterator[Any]:
    """Their record batches, all of one schema: texts are dictionaries or not as in the first table."""
    schema: Any = None
    for table in tables:
        schema = schema or table.schema
        yield from table.cast(schema).to_batches()


def open_company(
    *,
    seed: int,
    scale: float,
    anchor: date,
    clock: Clock,
    adherence_effect: float = 0.6,
    fiscal_month: int = 1,
    has_currencies: bool = False,
    rates: Mapping[str, float] | None = None,
) -> Org:
    """The company of (seed, scale, anchor) as the clock shows it. The others: see `Era`."""
    company = found(Era(seed, scale, anchor, adherence_effect, fiscal_month, has_currencies, rates or {}))
    on_disk = scale >= DISK_SCALE
    return Org(standard_schema(), company.tables(), clock, company=company, on_disk=on_disk)


def found(era: Era) -> Company:
    """Let the company live from the era's start to its end."""
    staff = hire(era)
    pipeline = fill_pipeline(era, staff)
    customers = make_customers(era, pipeline.book.accounts)
    book = pipeline.book
    currencies = choose_currencies(era, book)
    people = ThreadPoolExecutor(1, "people at work")
    working = people.submit(act, era, staff, book, customers, currencies)
    people.shutdown(wait=False)
    return Company(
        era,
        staff,
        pipeline,
        customers,
        working,
        fill_roles(era, book, customers),
        currencies,
        fill_items(era, book, pipeline.slants),
        draw_up(era, book),
        share_out(era, staff, book),
    )


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
