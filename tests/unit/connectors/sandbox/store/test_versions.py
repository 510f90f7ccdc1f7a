"""Versions and their spans, as the simulation tells them."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import Company, found
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.store.org import Org

NOON = datetime(2026, 3, 18, 12)


@pytest.fixture(scope="module")
def company() -> Company:
    return found(Era(11, 0.3, date(2026, 3, 18)))


def whole(company: Company) -> dict[str, Any]:
    """All its tables, none of them to be taken once."""
    tables = company.tables()
    return {name: each if isinstance(each, pa.Table) else pa.Table.from_batches(each) for name, each in tables.items()}


def contents(org: Org) -> dict[str, Any]:
    cursor = org.cursor()
    return {
        f"{where}.{name}": cursor.execute(
            f'SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM {where}."{name}" t'
        ).fetchone()
        for where in ("versions", "current")
        for name in org.schema
    }


def test_the_spans_that_the_simulation_tells_are_those_that_follow_from_the_versions(company: Company) -> None:
    told = whole(company)
    assert {"Opportunity", "OpportunityFieldHistory", "Task", "Quote", "OpportunityLineItem"} <= {
        name for name, table in told.items() if "_until" in table.schema.names
    }
    untold = {
        name: table.drop_columns("_until") if "_until" in table.schema.names else table for name, table in told.items()
    }
    schema = standard_schema()
    assert contents(Org(schema, told, Clock(NOON))) == contents(Org(schema, untold, Clock(NOON)))
