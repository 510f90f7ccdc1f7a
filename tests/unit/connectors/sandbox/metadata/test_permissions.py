"""Hidden fields and objects are absent everywhere; locked ones cannot be written."""

from typing import Any


def test_a_hidden_field_is_absent_and_comes_back(moving: Any) -> None:
    assert moving.control("permissions", hide=["Account.AnnualRevenue"]).json()["hide"] == ["Account.AnnualRevenue"]
    described = moving.get("/sobjects/Account/describe").json()["fields"]
    assert "AnnualRevenue" not in {each["name"] for each in described}
    status, code, message = moving.refusal("SELECT AnnualRevenue FROM Account")
    assert (status, code) == (400, "INVALID_FIELD") and "No such column 'AnnualRevenue'" in message
    assert moving.refusal("SELECT Id FROM Account WHERE AnnualRevenue > 1")[1] == "INVALID_FIELD"
    assert moving.refusal("SELECT Account.AnnualRevenue FROM Contact")[1] == "INVALID_FIELD"
    assert moving.create_job("SELECT AnnualRevenue FROM Account").status_code == 400
    assert "AnnualRevenue" not in moving.get("/sobjects/Account/001000000000001AAA").json()
    written = moving.send("PATCH", "/sobjects/Account/001000000000001AAA", {"AnnualRevenue": 1})
    assert written.json()[0]["errorCode"] == "INVALID_FIELD"
    moving.control("permissions")
    kept = moving.one("SELECT AnnualRevenue FROM Account WHERE Id = '001000000000001AAA'")
    assert kept == {"AnnualRevenue": 1000.0}


def test_a_compound_field_goes_with_its_part(moving: Any) -> None:
    moving.control("permissions", hide=["Account.BillingCity"])
    names = {each["name"] for each in moving.get("/sobjects/Account/describe").json()["fields"]}
    assert not {"BillingCity", "BillingAddress"} & names and "BillingStreet" in names


def test_a_hidden_object_does_not_exist(moving: Any) -> None:
    moving.control("permissions", hide=["Contact"])
    assert "Contact" not in {each["name"] for each in moving.get("/sobjects").json()["sobjects"]}
    assert moving.get("/sobjects/Contact/describe").status_code == 404
    assert moving.refusal("SELECT Id FROM Contact")[1] == "INVALID_TYPE"
    assert moving.send("POST", "/sobjects/Contact", {"LastName": "x"}).status_code == 404


def test_locked_objects_and_fields_are_read_only(moving: Any) -> None:
    moving.control("permissions", lock=["Contact", "Account.Name"])
    refused = moving.send("POST", "/sobjects/Contact", {"Name": "x"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    refused = moving.send("PATCH", "/sobjects/Account/001000000000001AAA", {"Name": "x"})
    assert refused.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert moving.send("PATCH", "/sobjects/Account/001000000000001AAA", {"NumberOfEmployees": 3}).status_code == 204


def test_names_that_are_not_there_are_refused(moving: Any) -> None:
    for told in ({"hide": ["Account.Nonsense"]}, {"hide": ["Nothing"]}, {"hide": "Account"}, {"hide": ["Account.Id"]}):
        refused = moving.control("permissions", **told)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_PERMISSION")
    assert moving.http.get(f"{moving.server.url}/sandbox/permissions", timeout=10).json() == {"hide": [], "lock": []}
