"""In a company of several currencies the true totals are in corporate currency, at the rates that the records tell."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import Company, found
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.truth.waterfall import LEGS, SIGNS
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)
CORPORATE = """
    SELECT o.*, o."Amount" / coalesce(d."ConversionRate", c."ConversionRate") AS corporate
    FROM {table} o JOIN current."CurrencyType" c ON c."IsoCode" = o."CurrencyIsoCode"
    LEFT JOIN current."DatedConversionRate" d ON d."IsoCode" = o."CurrencyIsoCode"
    AND o."CloseDate" >= d."StartDate" AND o."CloseDate" < d."NextStartDate" """


@pytest.fixture(scope="module")
def company() -> Company:
    return found(Era(7, 0.4, date(2026, 3, 18), fiscal_month=2, has_currencies=True))


@pytest.fixture(scope="module")
def ask(company: Company) -> Iterator[Any]:
    cursor = Org(standard_schema(), company.tables(), Clock(NOW)).cursor()
    yield lambda sql: cursor.execute(sql).fetchall()
    cursor.close()


def test_bookings_are_converted_at_the_rate_of_the_close_date(company: Company, ask: Any) -> None:
    told = {row["period_start"]: row for row in company.totals("month", at=NOW)}
    deals = CORPORATE.format(table='current."Opportunity"')
    rows = ask(
        f'SELECT date_trunc(\'month\', "CloseDate")::DATE, sum(corporate), sum("Amount") FROM ({deals}) '
        'WHERE "IsWon" AND NOT "IsDeleted" GROUP BY 1'
    )
    assert len(rows) > 30
    for start, corporate, _ in rows:
        assert told[start]["bookings_amount"] == pytest.approx(float(corporate), abs=0.1)  # each deal is to the cent
    assert sum(abs(float(corporate) - float(plain)) for _, corporate, plain in rows) > 10_000


def test_the_open_pipeline_of_the_past_is_at_the_rates_that_are_known_now(company: Company, ask: Any) -> None:
    told = {row["period_start"]: row for row in company.totals("month", at=NOW)}
    versions = CORPORATE.format(table='versions."Opportunity"')
    for end in (date(2024, 6, 1), date(2025, 11, 1)):
        [(amount,)] = ask(
            f'SELECT sum(corporate) FROM ({versions}) WHERE NOT "IsClosed" AND NOT "IsDeleted" '
            f"AND _from < '{end}' AND _until >= '{end}'"
        )
        assert told[date(end.year, end.month - 1, 1)]["open_pipeline_amount"] == pytest.approx(float(amount), abs=0.1)


def test_the_waterfall_is_in_constant_currency_and_holds_to_the_cent(company: Company, ask: Any) -> None:
    rates = {"USD": 1.0}
    rates |= dict(
        ask('SELECT "IsoCode", "ConversionRate" FROM current."DatedConversionRate" WHERE "StartDate" = \'2026-02-01\'')
    )
    won = ask(
        'SELECT "CloseDate", "CurrencyIsoCode", "Amount" FROM current."Opportunity" WHERE "IsWon" AND NOT "IsDeleted"'
    )
    for row in company.totals("quarter", at=NOW):
        cents = {leg: round(row[f"waterfall_{leg}_amount"] * 100) for leg in LEGS}
        assert sum(cents[leg] * SIGNS.get(leg, 1) for leg in LEGS if leg != "closing") == cents["closing"]
        start = row["period_start"]
        after = date(start.year + (start.month > 9), (start.month + 2) % 12 + 1, 1)
        mine = [float(amount or 0) / rates[code] for closed, code, amount in won if start <= closed < after]
        if not row["won_later_amount"]:
            assert row["waterfall_won_amount"] == pytest.approx(sum(mine), abs=0.1)
