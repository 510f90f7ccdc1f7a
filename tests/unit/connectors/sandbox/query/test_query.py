"""What queries mean: nulls, case, dates, parents, deleted and archived rows, and what is refused."""

from typing import Any, Protocol

import pytest

from connectors.sandbox.errors import OrgError
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_answer
from connectors.sandbox.soql import parse
from connectors.sandbox.store.org import Org


class Api(Protocol):
    def query(self, soql: str, *, is_all: bool = False) -> Any: ...
    def records(self, soql: str, *, is_all: bool = False) -> list[dict[str, Any]]: ...
    def refusal(self, soql: str) -> tuple[int, str, str]: ...


def names(api: Api, where: str, *, is_all: bool = False) -> list[str]:
    rows = api.records(f"SELECT Name FROM Account WHERE {where} ORDER BY Name", is_all=is_all)
    return [row["Name"] for row in rows]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ACME'", ["Acme"]),
        ("Name LIKE 'acme%'", ["Acme", 'acme "south"']),
        ("Name LIKE '%\"s_uth\"'", ['acme "south"']),
        ("Name != 'Acme'", ['acme "south"']),
        ("AnnualRevenue != 1000", ['acme "south"']),
        ("AnnualRevenue = null", ['acme "south"']),
        ("AnnualRevenue > 500.5", ["Acme"]),
        ("NOT (AnnualRevenue > 500.5)", ['acme "south"']),
        ("ParentId NOT IN ('001000000000001AAA')", ["Acme"]),
        ("Id IN ('001000000000001', '001000000000003AAA')", ["Acme"]),
        ("IsPartner__c = false", ['acme "south"']),
        ("NumberOfEmployees >= 10 AND (Name = 'Acme' OR NumberOfEmployees = 20)", ["Acme", 'acme "south"']),
        ("Signed__c = TODAY", ["Acme"]),
        ("Signed__c < TODAY", ['acme "south"']),
        ("Signed__c >= YESTERDAY", ["Acme", 'acme "south"']),
        ("Signed__c = 2026-03-17", ['acme "south"']),
        ("SystemModstamp = TODAY", ['acme "south"']),
        ("SystemModstamp != TODAY", ["Acme"]),
        ("SystemModstamp >= 2026-03-18T12:00:00+01:00", ['acme "south"']),
        ("Parent.Name = 'Acme'", ['acme "south"']),
    ],
)
def test_a_condition_finds_what_salesforce_would_find(still: Api, where: str, found: list[str]) -> None:
    assert names(still, where) == found


def test_deleted_rows_are_seen_by_query_all_only(still: Api) -> None:
    assert names(still, "Name = 'Bolt'") == []
    assert names(still, "IsDeleted = true") == []
    assert names(still, "IsDeleted = true", is_all=True) == ["Bolt"]


def test_archived_activities_are_seen_by_query_all_only(still: Api) -> None:
    assert len(still.records("SELECT Id FROM Task")) == 2
    rows = still.records("SELECT Subject, IsArchived FROM Task ORDER BY IsArchived", is_all=True)
    assert [row["Subject"] for row in rows if row["IsArchived"]] == ["Old call"]


def test_parents_are_nested_records_and_missing_ones_null(still: Api) -> None:
    rows = still.records("SELECT Name, Account.Name, Account.Parent.Name FROM Contact ORDER BY Name")
    account = rows[0]["Account"]
    assert account["Name"] == 'acme "south"'
    assert account["attributes"] == {
        "type": "Account",
        "url": "/services/data/v64.0/sobjects/Account/001000000000002AAA",
    }
    assert account["Parent"]["Name"] == "Acme"
    assert rows[1]["Account"] is None


def test_a_polymorphic_parent_tells_its_name_and_type(still: Api) -> None:
    rows = still.records("SELECT Id, What.Name, What.Type FROM Task ORDER BY Id", is_all=True)
    assert [(row["What"] or {}).get("Type") for row in rows] == ["Account", "Contact", None]


def test_an_address_is_a_record_of_its_parts(still: Api) -> None:
    rows = still.records("SELECT BillingAddress FROM Account ORDER BY Name")
    assert rows[0]["BillingAddress"] == {"street": "Main Street 1", "city": "Leeds"}
    assert rows[1]["BillingAddress"] is None


def test_field_names_are_told_as_describe_spells_them(still: Api) -> None:
    assert set(still.query("SELECT id, ANNUALREVENUE FROM account LIMIT 1")["records"][0]) == {
        "attributes",
        "Id",
        "AnnualRevenue",
    }


def test_count_answers_with_a_size_and_no_records(still: Api) -> None:
    assert still.query("SELECT COUNT() FROM Account") == {"totalSize": 2, "done": True, "records": []}
    assert still.query("SELECT COUNT() FROM Account", is_all=True)["totalSize"] == 3


def test_groups_have_aliases_or_numbered_names(still: Api) -> None:
    rows = still.records(
        "SELECT IsClosed, COUNT(Id) n, MAX(ActivityDate) FROM Task GROUP BY IsClosed ORDER BY COUNT(Id), IsClosed",
        is_all=True,
    )
    assert rows[1] == {
        "attributes": {"type": "AggregateResult"},
        "IsClosed": True,
        "n": 2,
        "expr0": "2026-03-01",
    }


def test_nulls_come_first_unless_told_otherwise(still: Api) -> None:
    first = still.records("SELECT AnnualRevenue FROM Account ORDER BY AnnualRevenue")
    last = still.records("SELECT AnnualRevenue FROM Account ORDER BY AnnualRevenue NULLS LAST")
    assert [row["AnnualRevenue"] for row in first] == [None, 1000.0]
    assert [row["AnnualRevenue"] for row in last] == [1000.0, None]


def test_limit_and_offset_cut_the_answer(still: Api) -> None:
    rows = still.records("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1", is_all=True)
    assert [row["Name"] for row in rows] == ['acme "south"']  # capitals sort with their small letters


def test_fields_all_needs_a_small_limit(still: Api) -> None:
    row = still.records("SELECT FIELDS(ALL) FROM Account LIMIT 1")[0]
    assert {"Id", "BillingAddress", "IsPartner__c"} <= row.keys()
    custom = still.records("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1")[0]
    assert custom.keys() == {"attributes", "IsPartner__c", "Signed__c"}
    assert still.refusal("SELECT FIELDS(ALL) FROM Account")[:2] == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Nope FROM Account", "INVALID_FIELD", "No such column 'Nope' on entity 'Account'"),
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Nope.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id FROM Account WHERE Description = 'a'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT COUNT(Id) FROM Account GROUP BY AnnualRevenue", "INVALID_FIELD", "can not be grouped"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT SUM(Name) FROM Account", "INVALID_FIELD", "does not support aggregate operator SUM"),
        ("SELECT Id FROM Account WHERE AnnualRevenue = '5'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM Account WHERE Signed__c = 2026-01-01T00:00:00Z", "INVALID_FIELD", "of type date"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id, Id FROM Account", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "offset allowed is 2000"),
    ],
)
def test_a_query_that_cannot_run_is_refused_in_salesforces_words(still: Api, soql: str, code: str, words: str) -> None:
    status, told, message = still.refusal(soql)
    assert (status, told) == (400, code)
    assert words in message


def test_children_and_unions_are_told_over_http(still: Api) -> None:
    rows = still.records(
        "SELECT Name, (SELECT Name FROM Contacts), (SELECT Subject FROM Tasks) FROM Account ORDER BY Name"
    )
    assert [row["Contacts"] and row["Contacts"]["totalSize"] for row in rows] == [None, 1]
    assert rows[0]["Tasks"]["records"][0]["Subject"] == "Call"


def test_children_that_are_deleted_or_archived_are_seen_by_query_all_only(still: Api) -> None:
    soql = "SELECT Id, (SELECT Name FROM ChildAccounts) FROM Account WHERE Name = 'Bolt'"
    assert still.records(soql) == []
    assert [row["ChildAccounts"] for row in still.records(soql, is_all=True)] == [None]


def test_more_groups_than_a_page_holds_are_refused(tiny_shared: Org) -> None:
    soql = "SELECT Id, COUNT(Name) FROM Account GROUP BY Id"
    compiled = compile_query(parse(soql), tiny_shared.schema, OrgCalendar(tiny_shared), is_all=False)
    assert fetch_answer(tiny_shared, compiled, 2).total == 2
    with pytest.raises(OrgError, match="Aggregate query does not support queryMore"):
        fetch_answer(tiny_shared, compiled, 1)
