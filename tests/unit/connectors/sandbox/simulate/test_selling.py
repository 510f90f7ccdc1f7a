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


def test_quote_lines_sum_up_to_their_quote_at_every_instant(ask: Ask) -> None:
    for instant in ("2025-02-01", "2025-10-15", "2026-03-18"):
        valid = f"_from <= '{instant}' AND _until > '{instant}' AND NOT \"IsDeleted\""
        rows = ask(
            'SELECT q."TotalPrice", q."LineItemCount", sum(l."TotalPrice"), count(l."Id"), '
            'max(abs(l."UnitPrice" * l."Quantity" - l."TotalPrice")), count(*) FILTER (i."Product2Id" <> '
            'l."Product2Id" OR i."Quantity" <> l."Quantity" OR i."OpportunityId" <> q."OpportunityId") '
            f'FROM (SELECT * FROM versions."Quote" WHERE {valid}) q '
            f'LEFT JOIN (SELECT * FROM versions."QuoteLineItem" WHERE {valid}) l ON l."QuoteId" = q."Id" '
            f'LEFT JOIN (SELECT * FROM versions."OpportunityLineItem" WHERE {valid}) i '
            'ON i."Id" = l."OpportunityLineItemId" GROUP BY q."Id", q."TotalPrice", q."LineItemCount"'
        )
        itemised = [row for row in rows if row[1]]
        assert len(itemised) > 20
        assert all(abs(told - total) < 0.005 and gap < 0.005 for told, _, total, _, gap, _ in itemised)
        assert all(told == there for _, told, _, there, _, _ in rows)
        assert not sum(row[-1] for row in itemised)


def test_quote_lines_go_with_their_quote(ask: Ask) -> None:
    lost = ask(
        'SELECT count(*), count(q."Id") FILTER (WHERE q."IsDeleted") FROM current."QuoteLineItem" l '
        'LEFT JOIN current."Quote" q ON q."Id" = l."QuoteId" WHERE NOT l."IsDeleted"'
    )[0]
    assert lost[0] > 100
    assert lost[1] == 0


def test_leads_of_what_marketing_pays_for_come_from_a_campaign_of_their_quarter(ask: Ask) -> None:
    rows = ask(
        'SELECT l."LeadSource", c."Type", l."CreatedDate"::DATE BETWEEN c."StartDate" AND c."EndDate", '
        'm."ContactId" IS NOT DISTINCT FROM l."ConvertedContactId", m."LeadOrContactId" = '
        'coalesce(m."ContactId", m."LeadId"), l."MasterRecordId" IS NULL FROM current."CampaignMember" m '
        'JOIN current."Lead" l ON l."Id" = m."LeadId" JOIN current."Campaign" c ON c."Id" = m."CampaignId"'
    )
    assert len(rows) > 200
    kinds = {"Web": "Webinar", "Referral": "Referral Program", "Partner": "Partners", "Event": "Conference"}
    assert {(source, kind) for source, kind, *_ in rows} == set(kinds.items())
    assert all(all(told) for _, _, *told in rows)
    assert ask('SELECT count(*) FROM current."CampaignMember"') == [(len(rows),)]


def test_a_deal_names_the_campaign_that_its_lead_came_from(ask: Ask) -> None:
    rows = ask(
        'SELECT o."CampaignId", m."CampaignId" FROM current."Lead" l '
        'JOIN current."Opportunity" o ON o."Id" = l."ConvertedOpportunityId" '
        'LEFT JOIN current."CampaignMember" m ON m."LeadId" = l."Id"'
    )
    assert len([deal for deal, _ in rows if deal]) > 20
    assert all(deal == lead for deal, lead in rows)


def test_campaigns_run_for_their_quarter(ask: Ask) -> None:
    rows = ask('SELECT "Status", "StartDate", "EndDate", "IsActive", "ActualCost" IS NULL FROM current."Campaign"')
    today = NOW.date()
    expected = {True: "In Progress"}
    for status, start, end, is_active, is_unpaid in rows:
        runs = start <= today <= end
        assert status == expected.get(runs, "Completed" if end < today else "Planned")
        assert (is_active, is_unpaid) == (runs, status != "Completed")
    assert {row[0] for row in rows} >= {"In Progress", "Completed"}


def test_who_is_credited_with_a_part_of_a_deal_is_on_its_team(ask: Ask) -> None:
    rows = ask(
        'SELECT t."UserId", count(*) FILTER (s."SplitOwnerId" = t."UserId"), any_value(t."Name" = u."Name") '
        'FROM current."OpportunityTeamMember" t JOIN current."User" u ON u."Id" = t."UserId" '
        'LEFT JOIN current."OpportunitySplit" s ON s."OpportunityId" = t."OpportunityId" AND NOT s."IsDeleted" '
        'WHERE NOT t."IsDeleted" GROUP BY t."Id", t."UserId"'
    )
    assert len(rows) > 50
    assert all(credited and named for _, credited, named in rows)
