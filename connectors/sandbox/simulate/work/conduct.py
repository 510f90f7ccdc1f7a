"""What people do: leads, tasks, meetings and the managers' process put together, as records and as planted truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.setting.rates import rates_of
from connectors.sandbox.simulate.staff.habits import form_habits
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.work.cadence import (
    Weeks,
    business_reviews,
    forecast_calls,
    one_to_ones,
    pipeline_reviews,
    ride_alongs,
    submissions,
    weeks_of,
)
from connectors.sandbox.simulate.work.event_rows import event_batches
from connectors.sandbox.simulate.work.lead_rows import lead_table
from connectors.sandbox.simulate.work.leads import Leads, live_leads, touch_leads
from connectors.sandbox.simulate.work.meetings import Events, customer_meetings, join_events
from connectors.sandbox.simulate.work.outcomes import Inspections, inspect, review_actions, write_down
from connectors.sandbox.simulate.work.task_rows import task_batches
from connectors.sandbox.simulate.work.tasks import Tasks, deal_tasks, join_tasks, lead_tasks, series_tasks
from connectors.sandbox.simulate.work.touches import MEETINGS_PER_DAY, TASKS_PER_DAY, touch


@dataclass(slots=True)
class Conduct:
    """All leads, tasks and events of the era, by arrays, and what the managers inspected."""

    era: Era
    staff: Staff
    book: Book
    customers: Customers
    leads: Leads
    tasks: Tasks
    events: Events
    weeks: Weeks
    inspections: Inspections
    notes: Any

    def lead_table(self) -> Any:
        """The Lead table."""
        return lead_table(self.era, self.staff, self.book, self.customers, self.leads)

    def task_batches(self) -> Iterator[Any]:
        """The Task table as Arrow tables one after another."""
        return task_batches(self.era, self.staff, self.book, self.customers, self.leads, self.tasks)

    def event_batches(self) -> Iterator[Any]:
        """The Event table as Arrow tables one after another."""
        return event_batches(self.era, self.staff, self.book, self.customers, self.events, self.notes)


def act(era: Era, staff: Staff, book: Book, customers: Customers, currencies: Currencies) -> Conduct:
    """Let the people of the company do their work on its deals."""
    rates = rates_of(era)
    habits = form_habits(era, staff, rates)
    leads = live_leads(era, staff, book, rates, habits)
    calls = touch(era, staff, book, habits, TASKS_PER_DAY, "task touches")
    visits = touch(era, staff, book, habits, MEETINGS_PER_DAY, "meeting touches")
    weeks = weeks_of(era, staff)
    events = join_events(
        customer_meetings(era, staff, book, customers, visits, habits, rates),
        pipeline_reviews(era, staff, weeks, rates),
        forecast_calls(era, weeks),
        submissions(era, weeks, rates),
        one_to_ones(era, staff, weeks, rates),
        business_reviews(era, staff, rates),
        ride_alongs(era, staff, book, visits, rates),
    )
    inspections = inspect(era, staff, book, weeks, events, rates, currencies)
    notes = write_down(book, events, inspections, weeks)
    tasks = join_tasks(
        *deal_tasks(era, staff, book, customers, calls, habits, rates),
        series_tasks(era, staff, book, calls, habits),
        lead_tasks(era, staff, leads, touch_leads(leads, staff, habits, era), habits, rates),
        review_actions(era, staff, book, events, calls, habits, rates),
    )
    return Conduct(era, staff, book, customers, leads, tasks, events, weeks, inspections, notes)
