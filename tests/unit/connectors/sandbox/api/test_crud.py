"""Records written over REST: created, changed, deleted, found by external id, and what is refused in which words."""

from typing import Any

import pytest

DEAL = {"Name": "New deal", "StageName": "Proposal", "CloseDate": "2026-05-20", "Amount": 1000.5}


def errors(response: Any) -> tuple[int, str, str, list[str]]:
    problem = response.json()[0]
    return response.status_code, problem["errorCode"], problem["message"], problem.get("fields", [])


def test_a_created_record_is_there_with_its_id_and_stamps(lab: Any) -> None:
    made = lab.send("POST", "/sobjects/Account", {"Name": "Initech", "NumberOfEmployees": 7})
    assert made.status_code == 201
    told = made.json()
    assert told["success"] and told["id"].startswith("001") and len(told["id"]) == 18
    assert made.headers["Location"].endswith(f"/sobjects/Account/{told['id']}")
    found = lab.get(f"/sobjects/Account/{told['id']}").json()
    assert (found["Name"], found["NumberOfEmployees"], found["IsDeleted"]) == ("Initech", 7, False)
    assert found["CreatedDate"] == found["SystemModstamp"] == "2026-03-18T12:00:00.000+0000"
    assert found["CreatedById"] == found["OwnerId"] == "005gL0000000001QAA"


def test_a_changed_record_keeps_what_was_not_told(lab: Any) -> None:
    record_id = lab.create("Account", Name="Umbrella", Website="https://umbrella.example.com")
    assert lab.send("PATCH", f"/sobjects/Account/{record_id}", {"Name": "Umbrella & Co"}).status_code == 204
    assert lab.one(f"SELECT Name, Website FROM Account WHERE Id = '{record_id}'") == {
        "Name": "Umbrella & Co",
        "Website": "https://umbrella.example.com",
    }


def test_a_deleted_record_is_in_the_bin_and_no_longer_answers(lab: Any) -> None:
    record_id = lab.create("Account", Name="Gone")
    assert lab.send("DELETE", f"/sobjects/Account/{record_id}").status_code == 204
    assert lab.records(f"SELECT Id FROM Account WHERE Id = '{record_id}'") == []
    assert lab.one(f"SELECT IsDeleted FROM Account WHERE Id = '{record_id}'", is_all=True) == {"IsDeleted": True}
    again = lab.send("DELETE", f"/sobjects/Account/{record_id}")
    assert errors(again)[:3] == (404, "ENTITY_IS_DELETED", "entity is deleted")


def test_upsert_by_external_id_makes_and_then_changes(lab: Any) -> None:
    path = "/sobjects/Account/External_Id__c/A%2F1"
    made = lab.send("PATCH", path, {"Name": "Hooli"})
    assert (made.status_code, made.json()["created"]) == (201, True)
    changed = lab.send("PATCH", path, {"Name": "Hooli XYZ"})
    assert (changed.status_code, changed.json()["created"]) == (200, False)
    assert changed.json()["id"] == made.json()["id"]
    assert lab.get(path).json()["Name"] == "Hooli XYZ"
    assert errors(lab.send("PATCH", path, {"Name": "x", "External_Id__c": "2"}))[1] == "INVALID_FIELD"
    assert errors(lab.send("PATCH", "/sobjects/Account/Website/x", {"Name": "x"}))[1] == "NOT_FOUND"
    assert lab.send("DELETE", path).status_code == 204
    assert lab.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "told", "code", "fields"),
    [
        ("Account", {}, "REQUIRED_FIELD_MISSING", ["Name"]),
        ("Account", {"Name": "x" * 256}, "STRING_TOO_LONG", ["Name"]),
        ("Account", {"Name": "x", "Nonsense": 1}, "INVALID_FIELD", []),
        ("Account", {"Name": "x", "CreatedDate": "2020-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]),
        ("Account", {"Name": "x", "Won_Count__c": 1}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Won_Count__c"]),
        ("Account", {"Name": "x", "OwnerId": "nobody"}, "MALFORMED_ID", ["OwnerId"]),
        ("Account", {"Name": "x", "OwnerId": "001gL0000000001QAA"}, "FIELD_INTEGRITY_EXCEPTION", ["OwnerId"]),
        ("Account", {"Name": "x", "ParentId": "001gL0000zzzzzzIAA"}, "MALFORMED_ID", ["ParentId"]),
        ("Account", {"Name": "x", "ParentId": "001gL0000zzzzzz"}, "INVALID_CROSS_REFERENCE_KEY", ["ParentId"]),
        ("Account", {"Name": "x", "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", ["NumberOfEmployees"]),
        ("Account", {"Name": "x", "NumberOfEmployees": 1.5}, "JSON_PARSER_ERROR", ["NumberOfEmployees"]),
        ("Account", {"Name": ["x"]}, "JSON_PARSER_ERROR", ["Name"]),
        ("Contact", {"LastName": "x", "Email": "no mail"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ("Contact", {"LastName": "x", "HasOptedOutOfEmail": "perhaps"}, "JSON_PARSER_ERROR", ["HasOptedOutOfEmail"]),
        ("Opportunity", {**DEAL, "CloseDate": "20 May"}, "JSON_PARSER_ERROR", ["CloseDate"]),
        ("Opportunity", {**DEAL, "Amount": 1e17}, "NUMBER_OUTSIDE_VALID_RANGE", ["Amount"]),
        ("Opportunity", {**DEAL, "IsWon": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["IsWon"]),
        ("Opportunity", {**DEAL, "Loss_Reason__c": "?"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Loss_Reason__c"]),
        ("OpportunityHistory", {"StageName": "Proposal"}, "INVALID_TYPE_FOR_OPERATION", []),
    ],
)
def test_a_wrong_value_is_refused(lab: Any, name: str, told: Any, code: str, fields: list[str]) -> None:
    before = lab.server.org.count(name)
    status, got, _, named = errors(lab.send("POST", f"/sobjects/{name}", told))
    assert (status, got, named) == (400, code, fields)
    assert lab.server.org.count(name) == before


def test_the_words_are_salesforces(lab: Any) -> None:
    assert errors(lab.send("POST", "/sobjects/Account", {}))[2] == "Required fields are missing: [Name]"
    long = errors(lab.send("POST", "/sobjects/Contact", {"LastName": "y" * 81}))[2]
    assert long == f"LastName: data value too large: {'y' * 40}... (max length=80)"
    wrong = lab.send("PATCH", "/sobjects/Account/006gL0000000001QAA", {"Name": "x"})
    assert errors(wrong)[:3] == (400, "MALFORMED_ID", "Account ID: id value of incorrect type: 006gL0000000001QAA")
    missing = lab.send("PATCH", "/sobjects/Account/001gL0000zzzzzz", {"Name": "x"})
    assert errors(missing)[:2] == (404, "NOT_FOUND")
    assert errors(lab.send("POST", "/sobjects/Nothing", {}))[:2] == (404, "NOT_FOUND")
    assert errors(lab.send("PUT", "/sobjects/Account", {}))[:2] == (405, "METHOD_NOT_ALLOWED")


def test_a_unique_value_is_taken_once(lab: Any) -> None:
    first = lab.create("Account", Name="One", External_Id__c="unique-1")
    status, code, message, fields = errors(
        lab.send("POST", "/sobjects/Account", {"Name": "Two", "External_Id__c": "unique-1"})
    )
    assert (status, code, fields) == (400, "DUPLICATE_VALUE", ["External_Id__c"])
    assert first in message
    assert lab.send("PATCH", f"/sobjects/Account/{first}", {"External_Id__c": "unique-1"}).status_code == 204


def test_required_values_cannot_be_taken_away(lab: Any) -> None:
    record_id = lab.create("Account", Name="Kept")
    assert errors(lab.send("PATCH", f"/sobjects/Account/{record_id}", {"Name": None}))[1] == "REQUIRED_FIELD_MISSING"
    assert lab.get(f"/sobjects/Account/{record_id}").json()["Name"] == "Kept"


def test_describe_says_what_can_be_written(lab: Any) -> None:
    fields = {each["name"]: each for each in lab.get("/sobjects/Opportunity/describe").json()["fields"]}
    assert fields["NextStep"]["updateable"] and not fields["IsWon"]["updateable"]
    assert fields["Loss_Reason__c"]["restrictedPicklist"] and not fields["StageName"]["restrictedPicklist"]
    assert fields["Is_Large_Deal__c"]["calculatedFormula"] == "Amount >= 50000"
    assert fields["External_Id__c"]["externalId"] and fields["External_Id__c"]["idLookup"]
    assert not lab.get("/sobjects/OpportunityHistory/describe").json()["createable"]
