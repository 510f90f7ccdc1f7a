"""Semi-joins and anti-joins, and what Salesforce forbids about them."""

from collections.abc import Callable

import pytest

Names = Callable[[str], list[str]]
Refusal = Callable[[str], tuple[str, str]]
ACME, BOLT, CRANE, DUST = "Acme 100%", "Bolt_x", "crane \\ 'hook'", "Dust\nand\t“ash”"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Id IN (SELECT AccountId FROM Contact)", [ACME, CRANE]),
        ("Id IN (SELECT AccountId FROM Contact WHERE FirstName LIKE 'k%')", [CRANE]),
        ("Id NOT IN (SELECT AccountId FROM Opportunity)", [CRANE, DUST]),
        ("Id IN (SELECT AccountId FROM Contact) AND Id NOT IN (SELECT AccountId FROM Opportunity)", [CRANE]),
        ("(Id IN (SELECT AccountId FROM Opportunity)) AND Industry = 'Energy'", [BOLT]),
        ("OwnerId IN (SELECT Id FROM User WHERE Manager.Name = 'Bob')", [BOLT, CRANE]),
        ("OwnerId NOT IN (SELECT Id FROM User WHERE Name = 'Cy')", [ACME, DUST]),
        ("Owner.ManagerId IN (SELECT OwnerId FROM Opportunity WHERE Name = 'five')", [ACME]),
        ("Id IN (SELECT WhatId FROM Task)", [ACME]),
    ],
)
def test_a_sub_select_finds_what_hangs_together(names: Names, where: str, found: list[str]) -> None:
    assert names(f"Account WHERE {where}") == found


@pytest.mark.parametrize(
    ("where", "code", "words"),
    [
        (
            "Id IN (SELECT AccountId FROM Contact) OR Name = 'a'",
            "MALFORMED_QUERY",
            "not allowed with the 'OR' operator",
        ),
        (
            "Name = 'a' AND (Industry = 'b' OR Id IN (SELECT AccountId FROM Contact))",
            "MALFORMED_QUERY",
            "only allowed at the top level WHERE expressions and not in nested WHERE expressions",
        ),
        ("NOT Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY", "only allowed at the top level"),
        (
            "Id IN (SELECT AccountId FROM Contact) AND Id IN (SELECT AccountId FROM Opportunity) "
            "AND OwnerId IN (SELECT OwnerId FROM Task)",
            "MALFORMED_QUERY",
            "maximum 2 semi join sub-selects",
        ),
        ("Id IN (SELECT ParentId FROM Account)", "MALFORMED_QUERY", "should not be on the same object type"),
        ("Name IN (SELECT Name FROM Contact)", "INVALID_FIELD", "should be a reference field, cannot use: 'Name'"),
        ("Id IN (SELECT Name FROM Contact)", "INVALID_FIELD", "must be an id or a reference field"),
        ("Id IN (SELECT Id FROM Contact)", "INVALID_FIELD", "should point to the same object type"),
        ("Id IN (SELECT AccountId, Id FROM Contact)", "MALFORMED_QUERY", "can only query one field"),
        ("Id IN (SELECT Account.ParentId FROM Contact)", "MALFORMED_QUERY", "more than one level of relationships"),
        ("Parent.Parent.Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY", "The left operand"),
        ("Id IN (SELECT AccountId FROM Contact LIMIT 1)", "MALFORMED_QUERY", "cannot have"),
        (
            "Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT WhoId FROM Task))",
            "MALFORMED_QUERY",
            "Nesting of semi join sub-selects is not supported",
        ),
        ("Id IN (SELECT AccountId FROM Nope)", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
    ],
)
def test_a_sub_select_in_the_wrong_place_is_refused(refusal: Refusal, where: str, code: str, words: str) -> None:
    told, message = refusal(f"SELECT Id FROM Account WHERE {where}")
    assert told == code
    assert words in message
