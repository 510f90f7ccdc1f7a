"""All planted truth of the company: every rule that is broken, by whom, from when until when and why.

Computed from the simulation's own state, by other means than the product computes it: a reference to test it with.
"""

from collections.abc import Iterator

from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.deals.items import Items, item_facts
from connectors.sandbox.simulate.deals.pipeline import Pipeline
from connectors.sandbox.simulate.deals.quotes import Quotes
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.truth.activity_facts import activity_facts
from connectors.sandbox.simulate.truth.contact_facts import contact_facts
from connectors.sandbox.simulate.truth.deal_facts import deal_facts
from connectors.sandbox.simulate.truth.facts import Facts
from connectors.sandbox.simulate.truth.lead_facts import lead_facts
from connectors.sandbox.simulate.truth.manager_facts import duty_facts
from connectors.sandbox.simulate.truth.path_facts import path_facts
from connectors.sandbox.simulate.truth.team_facts import team_facts
from connectors.sandbox.simulate.work.conduct import Conduct


def every_fact(
    era: Era, staff: Staff, pipeline: Pipeline, roles: ContactRoles, conduct: Conduct, items: Items, quotes: Quotes
) -> Iterator[Facts]:
    yield from deal_facts(era, staff, pipeline.book)
    yield from path_facts(era, staff, pipeline.book, pipeline.slants)
    yield item_facts(pipeline.book, items)
    yield from contact_facts(era, pipeline.book, roles, conduct, quotes)
    yield from activity_facts(conduct)
    yield from lead_facts(conduct)
    yield from duty_facts(conduct)
    yield from team_facts(conduct)
