"""The ledger of planted violations: what it says is in the records, and a rate of nothing plants nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import Company, found
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.simulate.setting.blemishes import RATES
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)
DEALS = [f"OPP-{number:02}" for number in range(1, 29)]
PATHS = [f"PATH-{number:02}" for number in range(1, 15)]
OPEN = 'FROM current."Opportunity" o WHERE NOT "IsClosed" AND NOT "IsDeleted"'
WON = 'FROM current."Opportunity" o WHERE "IsWon" AND NOT "IsDeleted"'
ROLES = 'FROM current."OpportunityContactRole" r WHERE r."OpportunityId" = o."Id" AND NOT r."IsDeleted"'
LINES = 'FROM current."OpportunityLineItem" l WHERE l."OpportunityId" = o."Id" AND NOT l."IsDeleted"'
HISTORY = (
    'FROM (SELECT *, lag("StageName") OVER w AS before, lag("CloseDate") OVER w AS due FROM '
    'current."OpportunityHistory" WHERE NOT "IsDeleted" WINDOW w AS (PARTITION BY "OpportunityId" ORDER BY '
    '"CreatedDate")) h'
)
QUERIES = {
    "OPP-08": f'SELECT o."Id" FROM current."Opportunity" o JOIN (SELECT "OpportunityId", count(*) AS n {HISTORY} '
    'WHERE "CloseDate" > due AND "StageName" NOT LIKE \'Closed%\' GROUP BY 1) c ON c."OpportunityId" = o."Id" '
    'WHERE n >= 3 AND NOT "IsClosed" AND NOT "IsDeleted"',
    "OPP-10": f'SELECT "Id" {OPEN} AND coalesce("Amount", 0) = 0 AND ("StageName" IN (\'Proposal\', \'Negotiation\') '
    'OR "RecordTypeId" = (SELECT "Id" FROM current."RecordType" WHERE "DeveloperName" = \'Renewal\'))',
    "OPP-12": 'SELECT "Id" FROM current."Opportunity" o WHERE "HasOpportunityLineItem" AND NOT "IsDeleted" AND '
    f'abs("Amount" - (SELECT sum("TotalPrice") {LINES})) > 0.01 * "Amount"',
    "OPP-13": f'SELECT o."Id" {OPEN} AND "Probability" <> (SELECT "DefaultProbability" FROM '
    'current."OpportunityStage" s WHERE s."MasterLabel" = o."StageName")',
    "OPP-14": f'SELECT o."Id" {OPEN} AND "ForecastCategory" <> (SELECT s."ForecastCategory" FROM '
    'current."OpportunityStage" s WHERE s."MasterLabel" = o."StageName")',
    "OPP-17": f"SELECT \"Id\" {OPEN} AND \"StageName\" IN ('Proposal', 'Negotiation') "
    f"AND (SELECT count(*) {ROLES}) < 2",
    "OPP-18": f'SELECT "Id" {OPEN} AND NOT EXISTS (SELECT 1 {ROLES} AND r."IsPrimary")',
    "OPP-21": f'SELECT "Id" {WON} AND (coalesce("Amount", 0) = 0 OR NOT EXISTS (SELECT 1 {ROLES}) OR NOT EXISTS '
    '(SELECT 1 FROM current."Quote" q WHERE q."OpportunityId" = o."Id" AND NOT q."IsDeleted"))',
    "OPP-24": f"SELECT DISTINCT \"OpportunityId\" {HISTORY} WHERE before LIKE 'Closed%' "
    "AND \"StageName\" NOT LIKE 'Closed%'",
    "PATH-05": 'SELECT "Id" FROM current."Opportunity" WHERE "RecordTypeId" IS NULL AND NOT "IsDeleted"',
}


@pytest.fixture(scope="module")
def company() -> Company:
    return found(Era(7, 3.0, date(2026, 3, 18)))


@pytest.fixture(scope="module")
def ask(company: Company) -> Callable[[str], list[Any]]:
    org = Org(standard_schema(), company.tables(), Clock(NOW))
    return lambda sql: org.cursor().execute(sql).fetchall()


def of_era(company: Company) -> dict[str, int]:
    told: dict[str, int] = {}
    for rule in company.facts["rule"].to_pylist():
        told[rule] = told.get(rule, 0) + 1
    return told


def test_every_rule_about_deals_and_paths_is_broken_now_and_then(company: Company) -> None:
    assert set(DEALS + PATHS) <= of_era(company).keys()


def test_facts_say_why_and_last_for_a_while(company: Company) -> None:
    facts = company.facts.to_pylist()
    assert all(each["reason"] and each["record_id"] for each in facts)
    assert all(each["until"] is None or each["since"] < each["until"] for each in facts)
    assert {each["object"] for each in facts if each["rule"].startswith(("OPP", "PATH"))} == {"Opportunity", "User"}


@pytest.mark.parametrize("rule", QUERIES)
def test_what_the_ledger_says_is_what_a_query_finds(company: Company, ask: Callable[[str], Any], rule: str) -> None:
    wanted = {row[0] for row in ask(QUERIES[rule])}
    told = company.facts_at(NOW).get(rule, frozenset())
    assert told
    assert told == wanted


def test_a_rate_of_nothing_plants_nothing() -> None:
    rates = dict.fromkeys(RATES, 0.0)
    bare = of_era(found(Era(7, 1.0, date(2026, 3, 18), rates=rates)))
    unplanted = {"OPP-11", "OPP-12", "OPP-13", "OPP-14", "OPP-16", "OPP-20", "OPP-22", "OPP-24", "OPP-27", "OPP-28"}
    unplanted |= {f"PATH-{number:02}" for number in (1, 2, 3, 4, 5, 9, 10, 12, 13, 14)}
    assert not unplanted & bare.keys() - {"PATH-04"}


def test_a_higher_rate_plants_more() -> None:
    usual = of_era(found(Era(7, 0.5, date(2026, 3, 18))))
    more = of_era(found(Era(7, 0.5, date(2026, 3, 18), rates={"OPP-20": 0.9, "OPP-28": 0.5})))
    assert more["OPP-20"] > 2 * usual["OPP-20"]
    assert more["OPP-28"] > 4 * usual["OPP-28"]
