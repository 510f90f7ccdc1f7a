"""What queries cost the sandbox, so that a client's benchmark measures the client. `make bench` prints the table."""

import time
from datetime import date, datetime

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_answer
from connectors.sandbox.soql import parse
from connectors.sandbox.store.org import Org

pytestmark = pytest.mark.bench
QUERIES = {
    "one record": "SELECT Id, Name FROM Account WHERE Id = '001gL0000000001QAA'",
    "parents": "SELECT Id, Account.Name, Owner.Name FROM Opportunity WHERE IsWon = true AND CloseDate = LAST_N_DAYS:30",
    "groups": "SELECT StageName, COUNT(Id), SUM(Amount) FROM Opportunity GROUP BY StageName",
    "children": "SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Name LIKE 'A%' LIMIT 10",
    "semi-join": "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true) LIMIT 50",
    "page of 2 fields": "SELECT Id, Name FROM Opportunity LIMIT 2000",
    "page of parents": "SELECT Id, Name, Account.Name, Account.Owner.Name, Owner.Name FROM Opportunity LIMIT 2000",
    "page of all fields": "SELECT {all} FROM Opportunity LIMIT 2000",
}


def test_the_cost_of_a_query() -> None:
    org = open_company(seed=7, scale=1, anchor=date(2026, 3, 18), clock=Clock(datetime(2026, 3, 18, 12)))
    names = ", ".join(field.name for field in org.schema["Opportunity"].fields)
    lines = ["| query | CPU ms, least | CPU ms, median | bytes |", "|---|---|---|---|"]
    for title, soql in QUERIES.items():
        spent, size = _measured(org, soql.replace("{all}", names))
        lines.append(f"| {title} | {spent[0]:.2f} | {spent[len(spent) // 2]:.2f} | {size:,} |")
    print("\n" + "\n".join(lines))


def _measured(org: Org, soql: str) -> tuple[list[float], int]:
    """CPU milliseconds of parsing, compiling, running and spelling, in order, and the size of the JSON."""
    spent, size = [], 0
    for _ in range(30):
        started = time.process_time()
        compiled = compile_query(parse(soql), org.schema, OrgCalendar(org), is_all=False)
        size = len(fetch_answer(org, compiled).page(0, 2000))
        spent.append((time.process_time() - started) * 1000)
    return sorted(spent), size
