"""One simulated org for all who look into its records with queries of their own."""

from datetime import date, datetime

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org

NOON = datetime(2026, 3, 18, 12)


@pytest.fixture(scope="session")
def full() -> Org:
    return open_company(seed=7, scale=1, anchor=date(2026, 3, 18), clock=Clock(NOON))
