"""Conditions and functions in an org with a time zone, a fiscal year and two currencies."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], Any]
Names = Callable[[str], list[str]]
ACME, BOLT, CRANE, DUST = "Acme 100%", "Bolt_x", "crane \\ 'hook'", "Dust\nand\t“ash”"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (r"Name LIKE '%100\%'", [ACME]),
        (r"Name LIKE 'Bolt\_%'", [BOLT]),
        (r"Name LIKE '_ol__x'", [BOLT]),
        (r"Name LIKE '%\\ \'%'", [CRANE]),
        (r"Name = 'crane \\ \'hook\''", [CRANE]),
        (r"Name = 'dust\nand\t\u201cash\u201d'", [DUST]),
        (r"Name = 'acme 100\%'", [ACME]),
        ("(NOT Name LIKE 'a%') AND Industry = 'Retail'", [CRANE]),
        ("Kinds__c INCLUDES ('A')", [ACME, CRANE]),
        ("Kinds__c INCLUDES ('A;B', 'C')", [ACME, CRANE]),
        ("Kinds__c INCLUDES ('a;b')", [ACME]),
        ("Kinds__c EXCLUDES ('A')", [BOLT, DUST]),
        ("Kinds__c = 'B;A'", [ACME]),
        ("Industry IN ('retail', 'Nope')", [ACME, CRANE]),
        ("Industry NOT IN ('Retail')", [BOLT, DUST]),
        ("Industry IN ('Energy', null)", [BOLT, DUST]),
        ("Employees__c IN (5, 6.0)", [ACME]),
        ("Employees__c NOT IN (5)", [BOLT, CRANE, DUST]),
        ("Industry != null", [ACME, BOLT, CRANE]),
        ("Industry > 'Energy'", [ACME, CRANE]),
        ("toLabel(Industry) = 'energy'", [BOLT]),
        ("OwnerId = '005000000000003'", [BOLT, CRANE]),
        ("Account.Owner.Name = 'Cy'", [BOLT, CRANE]),
        ("Id > '001000000000002AAA'", [CRANE, DUST]),
        ("AnnualRevenue < USD1", [DUST]),
        ("AnnualRevenue = EUR500", [ACME]),
    ],
)
def test_a_condition_finds_what_it_says(names: Names, where: str, found: list[str]) -> None:
    assert names(f"Account WHERE {where}") == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("CloseDate = TODAY", ["One"]),
        ("CloseDate = TOMORROW", ["Two"]),
        ("CreatedDate = TODAY", ["Two", "Three"]),
        ("CreatedDate = YESTERDAY", ["One"]),
        ("CreatedDate < TODAY", ["One", "Four", "five"]),
        ("CreatedDate >= 2026-03-18T03:00:00+02:00", ["Three"]),
        ("CreatedDate = 2025-12-31T23:30:00.000Z", ["five"]),
        ("CloseDate = THIS_FISCAL_QUARTER", ["One", "Two"]),
        ("CloseDate = NEXT_FISCAL_YEAR", ["Three"]),
        ("CloseDate = THIS_FISCAL_YEAR", ["One", "Two", "Four", "five"]),
        ("CloseDate = LAST_FISCAL_QUARTER", ["five"]),
        ("CloseDate = LAST_YEAR", ["Four", "five"]),
        ("CloseDate != THIS_YEAR", ["Four", "five", "Six"]),
        ("CloseDate = N_FISCAL_QUARTERS_AGO:3", ["Four"]),
        ("CloseDate IN (TODAY, 2026-04-01)", ["One", "Three"]),
        ("CloseDate NOT IN (THIS_YEAR)", ["Four", "five", "Six"]),
        ("FISCAL_YEAR(CloseDate) = 2027", ["Three"]),
        ("FISCAL_QUARTER(CloseDate) = 4", ["One", "Two"]),
        ("FISCAL_MONTH(CloseDate) IN (1, 12)", ["One", "Two", "Three", "Four"]),
        ("CALENDAR_QUARTER(CloseDate) = 2", ["Three", "Four"]),
        ("CALENDAR_MONTH(CloseDate) >= 12", ["five"]),
        ("DAY_IN_WEEK(CloseDate) = 3", ["One", "Four"]),
        ("DAY_IN_MONTH(CloseDate) = 31", ["five"]),
        ("DAY_IN_YEAR(CloseDate) = 76", ["One"]),
        ("WEEK_IN_MONTH(CloseDate) = 3", ["One", "Two"]),
        ("WEEK_IN_YEAR(CloseDate) = 11", ["One", "Two"]),
        ("HOUR_IN_DAY(CreatedDate) = 23", ["five"]),
        ("HOUR_IN_DAY(convertTimezone(CreatedDate)) = 23", ["One"]),
        ("DAY_ONLY(CreatedDate) = 2026-03-17", ["One", "Two"]),
        ("DAY_ONLY(convertTimezone(CreatedDate)) = 2026-03-17", ["Two", "Three"]),
        ("DAY_ONLY(convertTimezone(CreatedDate)) = TODAY", ["Two", "Three"]),
        ("Amount > EUR100", ["Two", "five"]),
        ("Amount > 100", ["Two", "five"]),
        ("Probability > 50 AND IsWon = true", ["One", "five", "Six"]),
        ("IsWon != true", ["Two", "Three", "Four"]),
    ],
)
def test_days_and_amounts_are_those_of_the_org(names: Names, where: str, found: list[str]) -> None:
    assert names(f"Opportunity WHERE {where}") == found


def test_values_are_shown_as_a_user_reads_them(ask: Ask) -> None:
    [row] = ask(
        "SELECT FORMAT(Amount) a, convertCurrency(Amount), FORMAT(convertCurrency(Amount)) c, FORMAT(CloseDate) d, "
        "FORMAT(CreatedDate) t, FORMAT(Probability) p, toLabel(StageName), toLabel(StageName) s, Account.Name "
        "FROM Opportunity WHERE Name = 'Two'"
    )
    assert {name: row[name] for name in ("a", "Amount", "c", "d", "t", "p", "StageName", "s")} == {
        "a": "EUR 250.00",
        "Amount": 500.0,
        "c": "$500.00",
        "d": "3/18/2026",
        "t": "3/17/2026, 12:00 AM",
        "p": "20%",
        "StageName": "Open",
        "s": "Open",
    }
    [row] = ask("SELECT FORMAT(MAX(Amount)) top, FORMAT(COUNT(Id)) n FROM Opportunity WHERE Name = 'five'")
    assert (row["top"], row["n"]) == ("$2,469,135.78", "1")


def test_texts_sort_without_case_and_nulls_first_unless_descending(names: Names, ask: Ask) -> None:
    def ordered(by: str) -> list[str]:
        return [row["Name"] for row in ask(f"SELECT Name FROM Opportunity ORDER BY {by}")]

    assert ordered("Name") == ["five", "Four", "One", "Six", "Three", "Two"]
    assert ordered("CloseDate")[0] == "Six"
    assert ordered("CloseDate DESC")[-1] == "Six"
    assert ordered("CloseDate DESC NULLS FIRST, Name")[0] == "Six"
    assert ordered("StageName, Amount DESC NULLS LAST") == ["Four", "Two", "Three", "five", "One", "Six"]
    assert ordered("CALENDAR_MONTH(CloseDate) NULLS LAST, Name DESC")[:2] == ["Two", "One"]


@pytest.mark.parametrize("closing", ["FOR VIEW", "FOR REFERENCE", "FOR UPDATE", "UPDATE TRACKING", "UPDATE VIEWSTAT"])
def test_closing_words_change_no_answer(ask: Ask, closing: str) -> None:
    assert len(ask(f"SELECT Id FROM Contact {closing}")) == 3


def test_all_rows_shows_the_deleted_ones_too(ask: Ask) -> None:
    assert ask("SELECT COUNT() FROM Account") == 4
    assert ask("SELECT COUNT() FROM Account ALL ROWS") == 5


@pytest.mark.parametrize("security", ["SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"])
def test_security_words_are_accepted(ask: Ask, security: str) -> None:
    assert len(ask(f"SELECT Id FROM Account WHERE Industry = 'Retail' WITH {security}")) == 2


def test_a_scope_narrows_to_one_s_own_records(ask: Ask) -> None:
    assert len(ask("SELECT Id FROM Account USING SCOPE everything")) == 4
    assert len(ask("SELECT Id FROM Account USING SCOPE mine")) == 0


def test_the_standard_fields_need_no_limit(ask: Ask) -> None:
    assert set(ask("SELECT FIELDS(STANDARD) FROM Contact")[0]) == {
        *("attributes", "Id", "IsDeleted", "Name", "FirstName", "AccountId")
    }
    assert set(ask("SELECT Name, FIELDS(CUSTOM) FROM Account LIMIT 200")[0]) == {
        *("attributes", "Name", "Kinds__c", "Employees__c", "Opens__c")
    }


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        (
            "SELECT Id FROM Account WHERE Id LIKE '001%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on id field",
        ),
        ("SELECT Id FROM Account WHERE Id = '12'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: 12"),
        ("SELECT Id FROM Account WHERE OwnerId IN ('x')", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Account WHERE Name INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", "multi-select picklist"),
        ("SELECT Id FROM Account WHERE Name > null", "INVALID_QUERY_FILTER_OPERATOR", "null"),
        ("SELECT Id FROM Opportunity WHERE IsWon > true", "INVALID_QUERY_FILTER_OPERATOR", "boolean"),
        ("SELECT Id FROM Account WHERE Employees__c LIKE 5", "INVALID_QUERY_FILTER_OPERATOR", "LIKE"),
        ("SELECT Id FROM Opportunity WHERE Notes__c = 'a'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Opportunity ORDER BY Notes__c", "INVALID_FIELD", "can not be sorted in a query call"),
        ("SELECT Id FROM Opportunity WHERE CreatedDate = 2026-01-01", "INVALID_FIELD", "must be of type dateTime and"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'", "INVALID_FIELD", "must be of type date and"),
        ("SELECT Id FROM Opportunity WHERE IsWon = 'true'", "INVALID_FIELD", "must be of type boolean and should not"),
        ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id FROM Account WHERE Employees__c = 'five'", "INVALID_FIELD", "must be of type int and should not"),
        ("SELECT Id FROM Account WHERE Employees__c = USD5", "INVALID_FIELD", "must be of type int"),
        ("SELECT FIELDS(CUSTOM) FROM Account", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT Name, FIELDS(STANDARD) FROM Account", "INVALID_FIELD", "duplicate field selected: Name"),
        ("SELECT convertCurrency(Name) FROM Account", "INVALID_FIELD", "convertCurrency"),
        ("SELECT toLabel(Amount) FROM Opportunity", "INVALID_FIELD", "toLabel"),
        ("SELECT Id FROM Account USING SCOPE team", "MALFORMED_QUERY", "does not support scope 'team'"),
        ("SELECT Id FROM Account WITH DATA CATEGORY A__c AT b__c", "MALFORMED_QUERY", "DATA CATEGORY"),
        (
            "SELECT Id FROM Account WHERE HOUR_IN_DAY(Name) = 1",
            "INVALID_FIELD",
            "does not support function HOUR_IN_DAY",
        ),
        ("SELECT Id FROM Opportunity WHERE HOUR_IN_DAY(CloseDate) = 1", "INVALID_FIELD", "does not support function"),
        (
            "SELECT Id FROM Opportunity WHERE CloseDate = LAST_N_DAYS:999999999",
            "NUMBER_OUTSIDE_VALID_RANGE",
            "calendar",
        ),
        (
            "SELECT Id FROM Account WHERE DISTANCE(Name, GEOLOCATION(37.7, -122.4), 'mi') < 5",
            "INVALID_FIELD",
            "DISTANCE is not supported",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(refusal: Ask, soql: str, code: str, words: str) -> None:
    told, message = refusal(soql)
    assert told == code
    assert words in message


def test_a_query_has_a_longest_length(refusal: Ask) -> None:
    long = "SELECT Id FROM Account WHERE Name IN ('" + "a" * 100_000 + "')"
    assert refusal(long) == ("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
