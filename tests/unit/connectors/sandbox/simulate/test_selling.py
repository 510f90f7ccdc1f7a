"""What surrounds a sale: line items, quotes, splits, currencies and the fiscal calendar, in the records."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company

NOW = datetime(2026, 3, 18, 12)
Ask = Callable[[str], list[Any]]


def asking(**options: Any) -> Ask:
    org = open_company(seed=7, scale=0.4, anchor=NOW.date(), clock=Clock(NOW), **options)
    return lambda sql: org.cursor().execute(sql).fetchall()


@pytest.fixture(scope="module")
def ask() -> Ask:
    return asking()


@pytest.fixture(scope="module")
def abroad() -> Ask:
    """A company with currencies whose fiscal years begin in February."""
    return asking(has_currencies=True, fiscal_month=2, rates={"OPP-12": 0.0})


def test_line_items_sum_up_to_the_amount_at_every_instant(abroad: Ask) -> None:
    for instant in ("2025-02-01", "2025-10-15", "2026-03-18"):
        valid = f"_from <= '{instant}' AND _until > '{instant}' AND NOT \"IsDeleted\""
        rows = abroad(
            'SELECT o."Amount", sum(l."TotalPrice"), max(abs(l."UnitPrice" * l."Quantity" - l."TotalPrice")) '
            f'FROM (SELECT * FROM versions."Opportunity" WHERE {valid} AND "HasOpportunityLineItem") o '
            f'LEFT JOIN (SELECT * FROM versions."OpportunityLineItem" WHERE {valid}) l ON l."OpportunityId" = o."Id" '
            'GROUP BY o."Id", o."Amount"'
        )
        assert len(rows) > 30
        assert all(abs(amount - total) < 0.005 and gap < 0.005 for amount, total, gap in rows)


def test_some_line_items_do_not_sum_up_by_plan(ask: Ask) -> None:
    differing = ask(
        'SELECT o."Id" FROM current."Opportunity" o JOIN current."OpportunityLineItem" l ON '
        'l."OpportunityId" = o."Id" GROUP BY o."Id", o."Amount" HAVING abs(sum("TotalPrice") / o."Amount" - 1) > 0.01'
    )
    assert 1 <= len(differing) < 30


def test_quotes_end_with_their_deal(ask: Ask) -> None:
    states = ask(
        'SELECT o."StageName" LIKE \'Closed%\', "IsWon", q."Status" FROM current."Quote" q '
        'JOIN current."Opportunity" o ON o."Id" = q."OpportunityId" WHERE NOT o."IsDeleted" '
        'AND o."LastModifiedDate" >= q."LastModifiedDate" AND q."Status" IN (\'Accepted\', \'Denied\')'
    )
    assert len(states) > 100
    assert all(closed and (won if state == "Accepted" else not won) for closed, won, state in states)
    late = ask(
        'SELECT q."Id" FROM versions."Quote" q JOIN versions."Opportunity" o ON o."Id" = q."OpportunityId" '
        'AND o._from = q._from AND o."IsWon" WHERE q."Status" <> \'Accepted\' AND NOT q."IsDeleted"'
    )
    assert not late


def test_revenue_splits_sum_up_to_the_amount_and_overlays_come_on_top(ask: Ask) -> None:
    rows = ask(
        'SELECT t."DeveloperName", o."Amount", sum("SplitPercentage"), sum("SplitAmount"), count(*) '
        'FROM current."OpportunitySplit" s JOIN current."OpportunitySplitType" t ON t."Id" = s."SplitTypeId" '
        'JOIN current."Opportunity" o ON o."Id" = s."OpportunityId" WHERE NOT s."IsDeleted" GROUP BY 1, o."Id", 2'
    )
    revenue = [row for row in rows if row[0] == "Revenue"]
    assert all(share == 100 for _, _, share, _, _ in revenue)
    assert all(amount is None or abs(amount - split) <= 0.01 for _, amount, _, split, _ in revenue)
    assert any(count == 2 for *_, count in revenue)
    assert 0 < len(rows) - len(revenue) < 0.2 * len(revenue)
    [(open_,)] = ask('SELECT count(*) FROM current."Opportunity" WHERE NOT "IsDeleted"')
    assert len(revenue) == open_


def test_an_org_with_one_currency_tells_none(ask: Ask) -> None:
    assert ask('SELECT count(*), count("CurrencyIsoCode") FROM current."Opportunity"')[0][1] == 0
    assert ask('SELECT count(*) FROM current."CurrencyType"') == [(0,)]


def test_deals_are_in_the_currency_of_their_account(abroad: Ask) -> None:
    codes = dict(abroad('SELECT "CurrencyIsoCode", count(*) FROM current."Opportunity" GROUP BY 1'))
    assert codes.keys() == {"USD", "EUR", "GBP"}
    assert not abroad(
        'SELECT o."Id" FROM current."Opportunity" o JOIN current."Account" a ON a."Id" = o."AccountId" '
        'WHERE a."CurrencyIsoCode" <> o."CurrencyIsoCode"'
    )


def test_dated_rates_follow_each_other_without_a_gap(abroad: Ask) -> None:
    rows = abroad(
        'SELECT "IsoCode", "NextStartDate" = lead("StartDate") OVER (PARTITION BY "IsoCode" ORDER BY "StartDate"), '
        '"ConversionRate" FROM current."DatedConversionRate"'
    )
    assert {code for code, _, _ in rows} == {"EUR", "GBP"}
    assert all(follows is not False for _, follows, _ in rows)
    assert len({rate for _, _, rate in rows}) > 30
    assert abroad('SELECT max("StartDate") FROM current."DatedConversionRate"') == [(date(2026, 3, 1),)]
    assert abroad('SELECT "IsoCode" FROM current."CurrencyType" WHERE "IsCorporate"') == [("USD",)]


def test_the_fiscal_year_begins_when_it_is_told_to(abroad: Ask) -> None:
    assert abroad('SELECT "FiscalYearStartMonth" FROM current."Organization"') == [(2,)]
    starts = abroad('SELECT DISTINCT month("StartDate") FROM current."Period" WHERE "Type" = \'Quarter\' ORDER BY 1')
    assert starts == [(2,), (5,), (8,), (11,)]
    [(label,)] = abroad(
        'SELECT "FullyQualifiedLabel" FROM current."Period" WHERE "Type" = \'Quarter\' AND "StartDate" = \'2025-02-01\''
    )
    assert label == "Quarter 1 FY 2026"
    assert not abroad(
        'SELECT o."Id" FROM current."Opportunity" o LEFT JOIN current."Period" p ON p."Type" = \'Quarter\' '
        'AND o."CloseDate" BETWEEN p."StartDate" AND p."EndDate" WHERE p."Number" <> o."FiscalQuarter" OR '
        'p."FullyQualifiedLabel" NOT LIKE \'%FY \' || o."FiscalYear" OR p."Id" IS NULL'
    )
    assert abroad('SELECT count(*) FROM current."ForecastingQuota" WHERE "PeriodId" IS NULL') == [(0,)]
