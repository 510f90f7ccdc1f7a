"""Parents: over relationships, over references to several objects, and told by their object with TYPEOF."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], Any]


def test_five_levels_up_are_told_and_six_refused(ask: Ask, refusal: Ask) -> None:
    path = "Account.Parent.Parent.Owner.Manager"
    [row] = ask(f"SELECT {path}.Name FROM Contact WHERE Name LIKE 'Ken%'")
    assert row["Account"]["Parent"]["Parent"]["Owner"]["Manager"]["Name"] == "Ann"
    assert refusal(f"SELECT {path}.Manager.Name FROM Contact")[0] == "MALFORMED_QUERY"


def test_a_missing_parent_is_null_whatever_is_asked_of_it(ask: Ask) -> None:
    rows = ask("SELECT Account.Name, Account.Owner.Name FROM Opportunity WHERE AccountId = null")
    assert [row["Account"] for row in rows] == [None]


def test_names_given_in_from_stand_for_their_paths(ask: Ask) -> None:
    [row] = ask("SELECT c.Name, a.Name, o.Name FROM Contact c, c.Account a, a.Owner o WHERE o.Name = 'Cy'")
    assert row["Account"]["Owner"]["Name"] == "Cy"


def test_a_reference_to_several_objects_tells_name_type_and_person(ask: Ask) -> None:
    rows = ask("SELECT What.Name, What.Type, Who.FirstName, Who.Email, Who.Type FROM Task ORDER BY Id")
    assert [(row["What"] or {}).get("Type") for row in rows] == ["Account", "Opportunity", None]
    assert rows[0]["What"]["attributes"] == {
        "type": "Name",
        "url": "/services/data/v64.0/sobjects/Account/001000000000001AAA",
    }
    assert [(row["Who"] or {}).get("FirstName") for row in rows] == ["Ivo", None, None]
    assert [(row["Who"] or {}).get("Email") for row in rows] == [None, "ann@example.com", None]


def test_such_a_reference_is_filtered_and_ordered_by(ask: Ask) -> None:
    assert [row["Subject"] for row in ask("SELECT Subject FROM Task WHERE What.Type = 'Opportunity'")] == ["Mail"]
    assert [
        row["Subject"] for row in ask("SELECT Subject FROM Task WHERE Who.UserRole.Name = null ORDER BY What.Name")
    ] == [
        "Rest",
        "Call",
        "Mail",
    ]


def test_typeof_tells_each_object_its_own_fields(ask: Ask) -> None:
    rows = ask(
        "SELECT Subject, TYPEOF What WHEN Account THEN Industry, Owner.Manager.Name WHEN Opportunity THEN Amount, "
        "Account.Name END FROM Task ORDER BY Id"
    )
    assert rows[0]["What"] == {
        "attributes": {"type": "Account", "url": "/services/data/v64.0/sobjects/Account/001000000000001AAA"},
        "Industry": "Retail",
        "Owner": {
            "attributes": {"type": "User", "url": "/services/data/v64.0/sobjects/User/005000000000002AAA"},
            "Manager": {
                "attributes": {"type": "User", "url": "/services/data/v64.0/sobjects/User/005000000000001AAA"},
                "Name": "Ann",
            },
        },
    }
    assert (rows[1]["What"]["Amount"], rows[1]["What"]["Account"]["Name"]) == (250.0, "Acme 100%")
    assert rows[2]["What"] is None


def test_typeof_has_a_word_for_all_others(ask: Ask) -> None:
    rows = ask("SELECT TYPEOF Who WHEN Contact THEN FirstName ELSE Name, Type END FROM Task ORDER BY Id")
    assert rows[0]["Who"]["FirstName"] == "Ivo"
    assert (rows[1]["Who"]["Name"], rows[1]["Who"]["attributes"]["type"]) == ("Ann", "Name")
    assert ask("SELECT TYPEOF Who WHEN Contact THEN Id END FROM Task ORDER BY Id")[1]["Who"] is None


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT TYPEOF What WHEN Contact THEN Id END FROM Task", "INVALID_TYPE", "'Contact' is not supported"),
        ("SELECT TYPEOF What WHEN Account THEN Nope END FROM Task", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT TYPEOF What WHEN Account THEN Id END, What.Name FROM Task", "INVALID_FIELD", "duplicate field"),
        ("SELECT What.Industry FROM Task", "INVALID_FIELD", "No such column 'Industry' on entity 'Name'"),
        ("SELECT What.Owner.Name FROM Task", "INVALID_FIELD", "Didn't understand relationship 'Owner' in field path"),
        ("SELECT TYPEOF What WHEN Account THEN Id END, COUNT(Id) FROM Task", "MALFORMED_QUERY", "TYPEOF"),
    ],
)
def test_a_parent_that_cannot_be_told_is_refused(refusal: Ask, soql: str, code: str, words: str) -> None:
    told, message = refusal(soql)
    assert told == code
    assert words in message
