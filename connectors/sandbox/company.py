"""The simulated company put together: an Org with its versions and its planted truth."""

from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.org import Org, Planted
from connectors.sandbox.simulate.customers import account_table, contact_table, make_customers
from connectors.sandbox.simulate.era import Era
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.leads import lead_tables
from connectors.sandbox.simulate.meetings import event_table
from connectors.sandbox.simulate.opportunities import (
    StepColumns,
    field_history_table,
    history_table,
    opportunity_table,
)
from connectors.sandbox.simulate.people import hire, role_table, user_table
from connectors.sandbox.simulate.pipeline import fill_pipeline
from connectors.sandbox.simulate.quotas import quota_table
from connectors.sandbox.simulate.setup_rows import setup_tables
from connectors.sandbox.simulate.tasks import task_table
from connectors.sandbox.simulate.touches import MEETINGS_PER_DAY, TASKS_PER_DAY, Touches, contact_role_table
from connectors.sandbox.simulate.truth import Fact, planted_facts
from connectors.sandbox.standard import standard_schema


def open_company(*, seed: int, scale: float, anchor: date, clock: Clock) -> Org:
    """The company of (seed, scale, anchor) as the clock shows it."""
    tables, facts = simulate(Era(seed, scale, anchor))
    planted = [_to_planted(fact) for fact in facts]
    return Org(standard_schema(), tables, clock, planted=planted)


def simulate(era: Era) -> tuple[dict[str, Any], list[Fact]]:
    """All record versions by sObject as Arrow tables, and the violations in them."""
    staff = hire(era)
    pipeline = fill_pipeline(era, staff)
    deals = pipeline.deals
    customers = make_customers(era, pipeline.account_created, pipeline.account_slots, pipeline.account_won)
    columns = StepColumns(deals)
    leads, lead_touches = lead_tables(era, staff, deals, customers)
    calls = Touches(era, staff, deals, columns, TASKS_PER_DAY, "task touches")
    visits = Touches(era, staff, deals, columns, MEETINGS_PER_DAY, "meeting touches")
    tasks, task_facts = task_table(era, staff, deals, customers, calls, lead_touches)
    tables = {
        **setup_tables(era, staff),
        "UserRole": role_table(era, staff),
        "User": user_table(staff),
        "Account": account_table(era, staff, customers),
        "Contact": contact_table(era, staff, customers),
        "Lead": leads,
        "Opportunity": opportunity_table(deals, columns, customers, staff),
        "OpportunityHistory": history_table(deals, columns, staff),
        "OpportunityFieldHistory": field_history_table(deals, columns, staff),
        "OpportunityContactRole": contact_role_table(era, staff, deals, customers, columns),
        "Task": tasks,
        "Event": event_table(era, staff, deals, customers, visits),
        "ForecastingQuota": quota_table(era, staff, deals),
    }
    return tables, list(planted_facts(deals, columns, staff, task_facts))


def _to_planted(fact: Fact) -> Planted:
    until = None if fact.until == NONE else _instant(fact.until)
    return Planted(fact.rule, fact.record_id, _instant(fact.since), until)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
