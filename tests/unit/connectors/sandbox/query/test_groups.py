"""Aggregates, groups, their totals, and what may stand beside them."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], Any]


def rows_of(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    assert all(record.pop("attributes") == {"type": "AggregateResult"} for record in records)
    return [tuple(record.values()) for record in records]


def test_a_group_counts_sums_and_ranks(ask: Ask) -> None:
    records = ask(
        "SELECT StageName stage, COUNT(Id) n, COUNT(Amount), COUNT_DISTINCT(OwnerId), MIN(CloseDate), MAX(Name) "
        "FROM Opportunity GROUP BY StageName ORDER BY StageName"
    )
    assert list(records[0])[1:] == ["stage", "n", "expr0", "expr1", "expr2", "expr3"]
    assert rows_of(records) == [
        ("Lost", 1, 1, 1, "2025-04-01", "Four"),
        ("Open", 2, 1, 1, "2026-03-18", "Two"),
        ("Won", 3, 3, 2, "2025-12-31", "five"),
    ]


def test_sums_of_money_are_in_the_org_s_own_currency(ask: Ask) -> None:
    [row] = ask("SELECT SUM(Amount) total, AVG(Amount) mean FROM Opportunity WHERE Name IN ('One', 'Two')")
    assert (row["total"], row["mean"]) == (600.0, 300.0)


def test_having_chooses_among_the_groups(ask: Ask) -> None:
    records = ask(
        "SELECT OwnerId FROM Opportunity GROUP BY OwnerId HAVING COUNT(Id) = 2 AND (SUM(Amount) < 1000 OR "
        "OwnerId = '005000000000003') ORDER BY COUNT(Amount) DESC, OwnerId"
    )
    assert [row["OwnerId"] for row in records] == ["005000000000002AAA", "005000000000003AAA"]


def test_parents_and_parts_of_dates_are_grouped_by(ask: Ask) -> None:
    records = ask(
        "SELECT Account.Name, CALENDAR_YEAR(CloseDate) y, COUNT(Id) FROM Opportunity WHERE AccountId != null "
        "GROUP BY Account.Name, CALENDAR_YEAR(CloseDate) "
        "ORDER BY Account.Name DESC, CALENDAR_YEAR(CloseDate) NULLS LAST"
    )
    assert list(records[0])[1:] == ["Name", "y", "expr0"]
    assert rows_of(records) == [
        ("Bolt_x", 2025, 1),
        ("Bolt_x", 2026, 1),
        ("Acme 100%", 2026, 2),
        ("Acme 100%", None, 1),
    ]


def test_rollup_adds_the_totals_and_grouping_tells_them(ask: Ask) -> None:
    records = ask(
        "SELECT StageName, IsWon, COUNT(Id) n, GROUPING(StageName) s, GROUPING(IsWon) w FROM Opportunity "
        "GROUP BY ROLLUP(StageName, IsWon)"
    )
    assert rows_of(records) == [
        ("Lost", False, 1, 0, 0),
        ("Lost", None, 1, 0, 1),
        ("Open", False, 2, 0, 0),
        ("Open", None, 2, 0, 1),
        ("Won", True, 3, 0, 0),
        ("Won", None, 3, 0, 1),
        (None, None, 6, 1, 1),
    ]


def test_cube_adds_the_totals_of_both_sides(ask: Ask) -> None:
    records = ask("SELECT StageName, IsWon, COUNT(Id) n FROM Opportunity GROUP BY CUBE(StageName, IsWon)")
    assert {row[:2] for row in rows_of(records)} >= {(None, True), (None, False), ("Won", None), (None, None)}


def test_count_counts_no_more_than_its_limit(ask: Ask) -> None:
    assert ask("SELECT COUNT() FROM Opportunity") == 6
    assert ask("SELECT COUNT() FROM Opportunity WHERE Owner.Name = 'Ann'") == 2
    assert ask("SELECT COUNT() FROM Opportunity LIMIT 4") == 4


def test_without_a_group_there_is_one_row(ask: Ask) -> None:
    records = ask("SELECT COUNT(Id) n, MAX(Amount) FROM Opportunity WHERE Name = 'nobody'")
    assert rows_of(records) == [(0, None)]


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Industry", "MALFORMED_QUERY", "grouped or aggregated: Name"),
        (
            "SELECT Industry FROM Account GROUP BY Industry ORDER BY Name",
            "MALFORMED_QUERY",
            "Ordered field must be grouped or aggregated: Name",
        ),
        (
            "SELECT Industry FROM Account GROUP BY Industry HAVING Name = 'a'",
            "MALFORMED_QUERY",
            "grouped or aggregated: Name",
        ),
        ("SELECT CALENDAR_YEAR(CloseDate) FROM Opportunity", "MALFORMED_QUERY", "grouped or aggregated: CloseDate"),
        (
            "SELECT CALENDAR_YEAR(CloseDate) FROM Opportunity GROUP BY CALENDAR_MONTH(CloseDate)",
            "MALFORMED_QUERY",
            "grouped or aggregated: CloseDate",
        ),
        (
            "SELECT Owner.Name, Account.Name FROM Opportunity GROUP BY Owner.Name, Account.Name",
            "MALFORMED_QUERY",
            "duplicate alias: Name",
        ),
        ("SELECT Name n FROM Account", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("SELECT SUM(Industry) FROM Account", "INVALID_FIELD", "does not support aggregate operator SUM"),
        ("SELECT MAX(IsWon) FROM Opportunity", "INVALID_FIELD", "does not support aggregate operator MAX"),
        ("SELECT COUNT(Notes__c) FROM Opportunity", "INVALID_FIELD", "does not support aggregate operator COUNT"),
        ("SELECT MIN() FROM Opportunity", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT COUNT(Id) FROM Account GROUP BY AnnualRevenue", "INVALID_FIELD", "can not be grouped"),
        ("SELECT COUNT(), Name FROM Account", "MALFORMED_QUERY", "COUNT() must be the only element"),
        ("SELECT COUNT() FROM Account GROUP BY Name", "MALFORMED_QUERY", "COUNT() must be the only element"),
        ("SELECT COUNT() FROM Account ORDER BY Name", "MALFORMED_QUERY", "Ordered field must be grouped"),
        ("SELECT COUNT(Id) n FROM Task GROUP BY CUBE(Id, WhatId, WhoId, OwnerId)", "MALFORMED_QUERY", "at most 3"),
        ("SELECT GROUPING(Industry) FROM Account GROUP BY Industry", "MALFORMED_QUERY", "ROLLUP or CUBE"),
        ("SELECT FIELDS(ALL), COUNT(Id) FROM Account LIMIT 5", "MALFORMED_QUERY", "cannot be used"),
        (
            "SELECT COUNT(Id) an_alias_that_is_much_too_long FROM Account",
            "MALFORMED_QUERY",
            "alias is too long, maximum of 25 characters",
        ),
        (
            "SELECT CALENDAR_YEAR(Name), COUNT(Id) FROM Account GROUP BY CALENDAR_YEAR(Name)",
            "INVALID_FIELD",
            "function",
        ),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(refusal: Ask, soql: str, code: str, words: str) -> None:
    told, message = refusal(soql)
    assert told == code
    assert words in message
