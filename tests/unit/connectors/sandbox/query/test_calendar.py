"""An org's calendar as its Organization and Period records tell it, and the rates of its currencies by date."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.query import Calendar, OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_records
from connectors.sandbox.soql import parse
from connectors.sandbox.store.org import Org

OBJECTS = {
    "Organization": "Id id\nTimeZoneSidKey picklist\nFiscalYearStartMonth int\nUsesStartDateAsFiscalYearName boolean",
    "Period": "Id id\nType picklist\nStartDate date\nEndDate date",
    "CurrencyType": "Id id\nIsoCode picklist\nConversionRate double",
    "DatedConversionRate": "Id id\nIsoCode picklist\nStartDate date\nNextStartDate date\nConversionRate double",
    "Opportunity": "Id id\nName string name\nAmount currency\nCurrencyIsoCode picklist\nCloseDate date",
}


def make_org(rows: dict[str, list[dict[str, Any]]], now: datetime) -> Org:
    """An org that has just the objects of `rows`."""
    schema = {name: SObject(name, "001", name, parse_fields(OBJECTS[name])) for name in rows}
    tables = {
        name: pa.Table.from_pylist(
            [{"Id": f"001{index:012d}AAA", "_from": datetime(2020, 1, 1), **row} for index, row in enumerate(each)]
        )
        for name, each in rows.items()
    }
    return Org(schema, tables, Clock(now))


def ask(org: Org, soql: str) -> list[dict[str, Any]]:
    return fetch_records(org, compile_query(parse(soql), org.schema, OrgCalendar(org), is_all=False))


def test_an_org_that_tells_nothing_lives_in_calendar_years_on_utc() -> None:
    org = make_org({"Opportunity": [{"Name": "a", "CloseDate": date(2026, 3, 18)}]}, datetime(2026, 3, 18, 23))
    calendar = OrgCalendar(org)
    assert (calendar.zone, calendar.today, calendar.fiscal.month) == ("UTC", date(2026, 3, 18), 1)
    assert len(ask(org, "SELECT Id FROM Opportunity WHERE CloseDate = TODAY AND FISCAL_YEAR(CloseDate) = 2026")) == 1


@pytest.mark.parametrize(("by_start", "year"), [(True, 2025), (False, 2026)])
def test_a_fiscal_year_is_named_by_its_start_or_its_end(by_start: bool, year: int) -> None:
    organization = {"FiscalYearStartMonth": 4, "UsesStartDateAsFiscalYearName": by_start, "TimeZoneSidKey": "GMT"}
    deal = {"Name": "a", "CloseDate": date(2026, 3, 31)}
    org = make_org({"Organization": [organization], "Opportunity": [deal]}, datetime(2026, 3, 18))
    [row] = ask(
        org,
        "SELECT FISCAL_YEAR(CloseDate) y, FISCAL_QUARTER(CloseDate) q, FISCAL_MONTH(CloseDate) m, "
        "COUNT(Id) FROM Opportunity GROUP BY FISCAL_YEAR(CloseDate), FISCAL_QUARTER(CloseDate), "
        "FISCAL_MONTH(CloseDate)",
    )
    assert (row["y"], row["q"], row["m"]) == (year, 4, 12)


def test_periods_that_start_no_month_make_a_custom_year() -> None:
    periods = [
        {"Type": "Quarter", "StartDate": date(2026, 1, 4), "EndDate": date(2026, 4, 4)},
        {"Type": "Quarter", "StartDate": date(2026, 4, 5), "EndDate": date(2026, 7, 4)},
    ]
    deals = [{"Name": "a", "CloseDate": date(2026, 4, 4)}, {"Name": "b", "CloseDate": date(2026, 4, 5)}]
    org = make_org({"Period": periods, "Opportunity": deals}, datetime(2026, 4, 4, 12))
    found = ask(org, "SELECT Name FROM Opportunity WHERE CloseDate = NEXT_FISCAL_QUARTER")
    assert [row["Name"] for row in found] == ["b"]
    with pytest.raises(OrgError, match="FISCAL_YEAR is not supported in an organization with custom fiscal years"):
        ask(org, "SELECT Id FROM Opportunity WHERE FISCAL_YEAR(CloseDate) = 2026")


def test_a_deal_is_converted_at_the_rate_of_its_close_date() -> None:
    rates = [
        {"IsoCode": "EUR", "StartDate": date(2025, 1, 1), "NextStartDate": date(2026, 1, 1), "ConversionRate": 0.5},
        {"IsoCode": "EUR", "StartDate": date(2026, 1, 1), "NextStartDate": date(9999, 12, 31), "ConversionRate": 0.8},
    ]
    deals = [
        {"Name": "old", "Amount": 10.0, "CurrencyIsoCode": "EUR", "CloseDate": date(2025, 12, 31)},
        {"Name": "new", "Amount": 10.0, "CurrencyIsoCode": "EUR", "CloseDate": date(2026, 1, 1)},
        {"Name": "before", "Amount": 10.0, "CurrencyIsoCode": "EUR", "CloseDate": date(2024, 1, 1)},
        {"Name": "own", "Amount": 10.0, "CurrencyIsoCode": "USD", "CloseDate": date(2026, 1, 1)},
    ]
    types = [{"IsoCode": "USD", "ConversionRate": 1.0}, {"IsoCode": "EUR", "ConversionRate": 0.4}]
    org = make_org({"CurrencyType": types, "DatedConversionRate": rates, "Opportunity": deals}, datetime(2026, 3, 18))
    converted = ask(org, "SELECT Name, convertCurrency(Amount) FROM Opportunity ORDER BY Id")
    assert {row["Name"]: row["Amount"] for row in converted} == {"old": 20.0, "new": 12.5, "before": 25.0, "own": 10.0}
    assert ask(org, "SELECT SUM(Amount) s FROM Opportunity")[0]["s"] == 67.5
    assert [row["Name"] for row in ask(org, "SELECT Name FROM Opportunity WHERE Amount > USD20 ORDER BY Id")] == [
        "before"
    ]


def test_a_calendar_needs_no_org() -> None:
    assert Calendar(datetime(2026, 3, 18, 1), "America/New_York").today == date(2026, 3, 17)
