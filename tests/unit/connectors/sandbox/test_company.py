"""The simulated company keeps the contract that marts, rules and forecasts are tested on."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12, 0)


@pytest.fixture(scope="module")
def full() -> Org:
    """The company at its true size."""
    return open_company(seed=7, scale=1, anchor=NOW.date(), clock=Clock(NOW))


@pytest.fixture
def ask(full: Org) -> Iterator[Any]:
    cursor = full.cursor()

    def run(sql: str) -> list[Any]:
        return cursor.execute(sql).fetchall()

    yield run
    cursor.close()


def fingerprint(seed: int, anchor: date = date(2026, 3, 18), scale: float = 0.02) -> dict[str, Any]:
    org = open_company(seed=seed, scale=scale, anchor=anchor, clock=Clock(NOW))
    cursor = org.cursor()
    return {
        name: cursor.execute(f'SELECT bit_xor(hash(t)), count(*) FROM versions."{name}" t').fetchone()
        for name in org.schema
    }


@pytest.fixture(scope="module")
def fifth() -> dict[str, Any]:
    return fingerprint(5)


def test_every_object_has_records_but_those_of_companies_with_currencies_or_a_calendar_of_their_own(
    fifth: dict[str, Any],
) -> None:
    empty = {name for name, (_, count) in fifth.items() if not count}
    assert empty == {"CurrencyType", "DatedConversionRate", "EventRelation", "FiscalYearSettings"}


def test_the_same_seed_gives_the_same_company(fifth: dict[str, Any]) -> None:
    assert fingerprint(5) == fifth


def test_another_seed_gives_another_company(fifth: dict[str, Any]) -> None:
    first, second = fifth, fingerprint(6)
    assert all(first[name] != second[name] for name in ("User", "Account", "Lead", "Opportunity", "Task", "Event"))


def test_there_are_about_two_thousand_deals_and_some_hundred_open(ask: Any) -> None:
    [(total, open_)] = ask(
        'SELECT count(*), count(*) FILTER (NOT "IsClosed") FROM current."Opportunity" WHERE NOT "IsDeleted"'
    )
    assert 1800 <= total <= 2300
    assert 220 <= open_ <= 380


def test_win_rates_differ_by_process(ask: Any) -> None:
    rates = dict(
        ask(
            'SELECT "Type", count(*) FILTER ("IsWon") / count(*) FROM current."Opportunity" '
            'WHERE "IsClosed" AND NOT "IsDeleted" GROUP BY 1'
        )
    )
    assert 0.2 <= rates["New Business"] <= 0.34
    assert 0.35 <= rates["Expansion"] <= 0.6
    assert 0.7 <= rates["Renewal"] <= 0.95


def test_business_grows(ask: Any) -> None:
    years = ask(
        'SELECT year("CloseDate"), sum("Amount") FROM current."Opportunity" '
        'WHERE "IsWon" AND year("CloseDate") IN (2024, 2025) GROUP BY 1 ORDER BY 1'
    )
    assert years[1][1] > 1.05 * years[0][1]


def test_the_hierarchy_has_one_top_and_every_seller_a_manager(ask: Any) -> None:
    titles = dict(ask('SELECT "Title", count(*) FROM current."User" WHERE "IsActive" GROUP BY 1'))
    assert titles["CEO"] == titles["VP Sales"] == titles["Sales Director"] == 1
    assert titles["Sales Manager"] == 3
    assert 10 <= titles["Account Executive"] <= 16
    tops = dict(ask('SELECT "Title", count(*) FROM current."User" WHERE "ManagerId" IS NULL GROUP BY 1'))
    assert tops == {"CEO": 1, "Account Executive": 1}  # one seller without a manager is planted
    depth = ask(
        'WITH RECURSIVE chain AS (SELECT "Id", 0 AS depth FROM current."User" WHERE "ManagerId" IS NULL UNION ALL '
        'SELECT u."Id", depth + 1 FROM current."User" u JOIN chain c ON u."ManagerId" = c."Id") '
        "SELECT count(*), max(depth) FROM chain"
    )
    assert depth == [(ask('SELECT count(*) FROM current."User"')[0][0], 4)]


def test_the_integration_user_is_no_person(ask: Any) -> None:
    assert ask('SELECT "Name", "UserType" FROM current."User" WHERE "UserType" <> \'Standard\'') == [
        ("Integration User", "CloudIntegrationUser")
    ]


def test_picklists_hold_the_values_that_describe_tells(full: Org, ask: Any) -> None:
    for name, sobject in full.schema.items():
        for field in sobject.fields:
            if field.picklist:
                found = {row[0] for row in ask(f'SELECT DISTINCT "{field.name}" FROM current."{name}"')} - {None}
                assert found <= set(field.picklist), (name, field.name)


def test_addresses_are_at_example_domains_only(ask: Any) -> None:
    for name in ("User", "Contact", "Lead"):
        wrong = ask(
            f'SELECT "Email" FROM current."{name}" '
            'WHERE NOT regexp_matches("Email", \'@example\\.(com|org)$\') OR "Email" IS NULL'
        )
        assert not wrong


def test_user_names_and_ids_are_unique(full: Org, ask: Any) -> None:
    assert ask('SELECT count(*) - count(DISTINCT "Username") FROM current."User"') == [(0,)]
    for name, sobject in full.schema.items():
        total, distinct, prefixed = ask(
            f'SELECT count(*), count(DISTINCT "Id"), count(*) FILTER ("Id" LIKE \'{sobject.key_prefix}%\' '
            f'AND length("Id") = 18) FROM current."{name}"'
        )[0]
        assert total == distinct == prefixed, name


def test_required_fields_are_never_null(full: Org, ask: Any) -> None:
    for name, sobject in full.schema.items():
        for field in sobject.columns:
            if not field.is_nillable and field.type != "boolean":
                nulls = ask(f'SELECT count(*) FROM current."{name}" WHERE "{field.name}" IS NULL')
                assert nulls == [(0,)], (name, field.name)


def test_the_last_history_row_equals_the_record(ask: Any) -> None:
    differing = ask(
        'WITH latest AS (SELECT *, row_number() OVER (PARTITION BY "OpportunityId" '
        'ORDER BY "CreatedDate" DESC, "Id" DESC) AS place FROM current."OpportunityHistory" WHERE NOT "IsDeleted") '
        'SELECT o."Id" FROM current."Opportunity" o LEFT JOIN latest h ON h."OpportunityId" = o."Id" AND place = 1 '
        'WHERE NOT o."IsDeleted" AND (h."Id" IS NULL OR h."StageName" <> o."StageName" '
        'OR h."Amount" IS DISTINCT FROM o."Amount" OR h."CloseDate" <> o."CloseDate" '
        'OR h."Probability" <> o."Probability" OR h."ForecastCategory" <> o."ForecastCategory")'
    )
    assert not differing


def test_history_starts_with_the_record(ask: Any) -> None:
    late = ask(
        'SELECT o."Id" FROM current."Opportunity" o LEFT JOIN (SELECT "OpportunityId" AS id, min("CreatedDate") AS at '
        'FROM current."OpportunityHistory" GROUP BY 1) h ON h.id = o."Id" WHERE h.at IS DISTINCT FROM o."CreatedDate"'
    )
    assert not late


def test_field_history_tells_the_same_stages_as_history(ask: Any) -> None:
    """Every StageName row within its horizon has a history row of the same instant and stage."""
    lost = ask(
        'SELECT f."Id" FROM current."OpportunityFieldHistory" f LEFT JOIN current."OpportunityHistory" h '
        'ON h."OpportunityId" = f."OpportunityId" AND h."CreatedDate" = f."CreatedDate" '
        'AND h."StageName" = f."NewValue" '
        'WHERE f."Field" = \'StageName\' AND h."Id" IS NULL'
    )
    assert not lost


def test_field_history_lives_two_years(ask: Any) -> None:
    [(oldest,)] = ask('SELECT min("CreatedDate") FROM current."OpportunityFieldHistory"')
    assert datetime(2024, 3, 18, 12) < oldest < datetime(2024, 4, 18)
    [(oldest,)] = ask('SELECT min("CreatedDate") FROM current."OpportunityHistory"')
    assert oldest < datetime(2023, 4, 18)


def test_a_change_of_owner_is_told_by_ids_and_by_names(ask: Any) -> None:
    kinds = dict(
        ask('SELECT "DataType", count(*) FROM current."OpportunityFieldHistory" WHERE "Field" = \'Owner\' GROUP BY 1')
    )
    assert kinds["EntityId"] == kinds["Text"] > 10


def test_stages_belong_to_the_process_of_the_record_type(ask: Any) -> None:
    stages: dict[str, set[str]] = {}
    for process, stage in ask(
        'SELECT r."DeveloperName", o."StageName" FROM current."Opportunity" o '
        'JOIN current."RecordType" r ON r."Id" = o."RecordTypeId" GROUP BY ALL'
    ):
        stages.setdefault(process, set()).add(stage)
    closed = {"Closed Won", "Closed Lost", "Proposal", "Negotiation"}
    assert stages["New_Business"] == closed | {"Prospecting", "Qualification", "Discovery"}
    assert stages["Expansion"] == closed | {"Qualification"}
    assert stages["Renewal"] == closed | {"Renewal Review"}


def test_quotas_are_in_balance_with_bookings(ask: Any) -> None:
    ratios = ask(
        'SELECT sum(b.amount) / sum(q.quota) FROM (SELECT "StartDate" AS day, sum("QuotaAmount") AS quota '
        "FROM current.\"ForecastingQuota\" WHERE \"StartDate\" BETWEEN '2024-07-01' AND '2025-12-31' "
        "GROUP BY 1) q JOIN "
        '(SELECT date_trunc(\'quarter\', "CloseDate")::DATE AS day, sum("Amount") AS amount '
        'FROM current."Opportunity" WHERE "IsWon" GROUP BY 1) b USING (day)'
    )
    assert 0.6 <= ratios[0][0] <= 1.1


def test_each_seller_has_one_quota_a_quarter(ask: Any) -> None:
    assert not ask(
        'SELECT "QuotaOwnerId" FROM current."ForecastingQuota" GROUP BY "QuotaOwnerId", "StartDate" HAVING count(*) > 1'
    )
    assert ask('SELECT count(*) FROM current."ForecastingQuota" WHERE "PeriodId" IS NULL') == [(0,)]


def test_sellers_mostly_come_near_their_quota(ask: Any) -> None:
    """In each quarter and over all; the simulation's first quarter, without a pipeline to start from, is left out."""
    medians = ask(
        'SELECT q."StartDate", median(coalesce(amount, 0) / "QuotaAmount") FROM current."ForecastingQuota" q LEFT JOIN '
        '(SELECT "OwnerId", date_trunc(\'quarter\', "CloseDate")::DATE AS day, sum("Amount") AS amount '
        'FROM current."Opportunity" WHERE "IsWon" AND NOT "IsDeleted" GROUP BY ALL) b '
        'ON b."OwnerId" = q."QuotaOwnerId" AND b.day = q."StartDate" '
        "WHERE \"StartDate\" BETWEEN '2023-07-01' AND '2025-10-01' GROUP BY 1 ORDER BY 1"
    )
    assert len(medians) == 10
    assert all(0.5 <= each <= 1.3 for _, each in medians), medians


def test_periods_cover_years_quarters_and_months(ask: Any) -> None:
    kinds = dict(ask('SELECT "Type", count(*) FROM current."Period" GROUP BY 1'))
    assert kinds["Quarter"] == 4 * kinds["Year"]
    assert kinds["Month"] == 12 * kinds["Year"]
    assert kinds["Year"] >= 5


def test_managers_hold_their_reviews_most_weeks(ask: Any) -> None:
    kinds = dict(
        ask(
            'SELECT "Type", count(*) FROM current."Event" e JOIN current."User" u ON u."Id" = e."OwnerId" '
            'WHERE NOT "IsChild" AND u."Title" = \'Sales Manager\' AND "StartDateTime" < \'2026-03-18\' GROUP BY 1'
        )
    )
    weeks = 3 * 156
    assert 0.75 * weeks < kinds["Pipeline Review"] < weeks
    assert 0.75 * weeks < kinds["Forecast Call"] < weeks
    assert kinds["One-to-One"] > weeks


def test_the_future_is_planned_and_the_past_has_gaps(ask: Any) -> None:
    [(planned,)] = ask('SELECT count(*) FROM current."Task" WHERE NOT "IsClosed" AND "ActivityDate" > \'2026-03-18\'')
    [(ahead,)] = ask('SELECT count(*) FROM current."Event" WHERE "StartDateTime" > \'2026-03-18 12:00\'')
    [(untyped,)] = ask('SELECT count(*) FILTER ("Type" IS NULL) / count(*) FROM current."Task"')
    [(deleted,)] = ask('SELECT count(*) FROM current."Opportunity" WHERE "IsDeleted"')
    assert planned > 30
    assert ahead > 30
    assert 0.05 < untyped < 0.2
    assert deleted >= 3


def test_converted_leads_lead_to_accounts_and_mostly_to_deals(ask: Any) -> None:
    [(converted, accounts, deals)] = ask(
        'SELECT count(*), count("ConvertedAccountId"), count("ConvertedOpportunityId") FROM current."Lead" '
        'WHERE "IsConverted"'
    )
    assert converted == accounts > deals > 0.85 * converted


def test_the_planted_violations_are_in_the_records(full: Org, ask: Any) -> None:
    """What the simulation says it planted is what a plain query finds."""
    open_ = 'FROM current."Opportunity" WHERE NOT "IsClosed" AND NOT "IsDeleted"'
    queries = {
        "OPP-01": f'SELECT "Id" {open_} AND "CloseDate" < \'2026-03-18\'',
        "OPP-02": f'SELECT "Id" {open_} AND "NextStep" IS NULL',
        "OPP-20": 'SELECT "Id" FROM current."Opportunity" WHERE "StageName" = \'Closed Lost\' '
        'AND NOT "IsDeleted" AND "Loss_Reason__c" IS NULL',
        "OPP-26": f'SELECT "Id" {open_} AND "OwnerId" IN (SELECT "Id" FROM current."User" WHERE NOT "IsActive")',
        "OPP-27": 'SELECT "Id" FROM current."Opportunity" WHERE NOT "IsDeleted" AND "AccountId" IS NULL',
    }
    for rule, sql in queries.items():
        found = {row[0] for row in ask(sql)}
        assert found == full.truth[rule], rule
        assert found, rule


def test_violations_are_planted_at_realistic_rates(full: Org, ask: Any) -> None:
    open_ = {row[0] for row in ask('SELECT "Id" FROM current."Opportunity" WHERE NOT "IsClosed" AND NOT "IsDeleted"')}
    shares = {rule: len(full.truth[rule] & open_) / len(open_) for rule in ("OPP-01", "OPP-02", "OPP-08", "PATH-01")}
    assert all(0.05 <= share <= 0.28 for share in shares.values()), shares
