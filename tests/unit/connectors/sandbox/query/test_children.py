"""Child subqueries: a page of records inside each record."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], Any]


def test_children_come_as_a_page_of_their_own_and_none_as_null(ask: Ask) -> None:
    rows = ask("SELECT Name, (SELECT Name FROM Contacts ORDER BY Name DESC) FROM Account ORDER BY Id LIMIT 2")
    page = rows[0]["Contacts"]
    assert (page["totalSize"], page["done"]) == (2, True)
    assert [row["Name"] for row in page["records"]] == ["Jo Moss", "Ivo Lind"]
    assert page["records"][1]["attributes"] == {
        "type": "Contact",
        "url": "/services/data/v64.0/sobjects/Contact/003000000000001AAA",
    }
    assert rows[1]["Contacts"] is None


def test_children_are_filtered_ordered_and_limited_for_each_parent(ask: Ask) -> None:
    rows = ask(
        "SELECT Id, (SELECT Name FROM Opportunities WHERE StageName != 'Lost' ORDER BY Amount DESC NULLS LAST LIMIT 1) "
        "FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) ORDER BY Id"
    )
    assert [[each["Name"] for each in row["Opportunities"]["records"]] for row in rows] == [["Two"], ["Three"]]
    assert [row["Opportunities"]["totalSize"] for row in rows] == [1, 1]


def test_children_tell_their_other_parents_and_their_own_children(ask: Ask) -> None:
    [row] = ask(
        "SELECT Name, (SELECT Name, Owner.Manager.Name, (SELECT Subject FROM Tasks) FROM Opportunities "
        "WHERE Name = 'Two') FROM Account WHERE Name LIKE 'Acme%'"
    )
    [deal] = row["Opportunities"]["records"]
    assert deal["Owner"]["Manager"]["Name"] == "Bob"
    assert [task["Subject"] for task in deal["Tasks"]["records"]] == ["Mail"]


def test_two_relationships_of_one_child_have_two_names(ask: Ask) -> None:
    [row] = ask(
        "SELECT Id, (SELECT Name FROM Opportunities__r), (SELECT Name FROM ChildAccounts) FROM Account "
        "WHERE Name LIKE 'crane%'"
    )
    assert [each["Name"] for each in row["Opportunities__r"]["records"]] == ["One"]
    assert row["ChildAccounts"] is None


def test_the_relationship_may_be_written_after_the_parent_and_in_any_case(ask: Ask) -> None:
    [row] = ask("SELECT a.Id, (SELECT Id FROM Account.contacts) FROM Account a WHERE a.Name LIKE 'acme%'")
    assert row["Contacts"]["totalSize"] == 2


def test_a_shift_of_children_is_for_one_parent(ask: Ask) -> None:
    [row] = ask(
        "SELECT Id, (SELECT Name FROM Contacts ORDER BY Name LIMIT 1 OFFSET 1) FROM Account ORDER BY Id LIMIT 1"
    )
    assert [each["Name"] for each in row["Contacts"]["records"]] == ["Jo Moss"]


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        (
            "SELECT (SELECT Id FROM Contact) FROM Account",
            "INVALID_TYPE",
            "relationship 'Contact' in FROM part of query",
        ),
        (
            "SELECT (SELECT COUNT() FROM Contacts) FROM Account",
            "MALFORMED_QUERY",
            "Only root queries support aggregate",
        ),
        (
            "SELECT (SELECT Id FROM Contacts), (SELECT Id FROM Contacts) FROM Account",
            "INVALID_FIELD",
            "duplicate field",
        ),
        ("SELECT (SELECT Id FROM Contacts OFFSET 1) FROM Account", "MALFORMED_QUERY", "LIMIT 1"),
        (
            "SELECT (SELECT Nope FROM Contacts) FROM Account",
            "INVALID_FIELD",
            "No such column 'Nope' on entity 'Contact'",
        ),
        ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY", "cannot be used"),
    ],
)
def test_children_that_cannot_be_told_are_refused(refusal: Ask, soql: str, code: str, words: str) -> None:
    told, message = refusal(soql)
    assert told == code
    assert words in message
