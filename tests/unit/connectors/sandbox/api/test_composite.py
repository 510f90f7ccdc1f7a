"""Several requests in one: references between them, all or nothing, batches, trees and collections."""

from typing import Any

DATA = "/services/data/v64.0"


def part(method: str, path: str, reference_id: str, body: Any = None) -> dict[str, Any]:
    told = {"method": method, "url": DATA + path, "referenceId": reference_id}
    return told if body is None else {**told, "body": body}


def names(api: Any, start: str) -> list[str]:
    return [each["Name"] for each in api.records(f"SELECT Name FROM Account WHERE Name LIKE '{start}%' ORDER BY Name")]


def test_a_later_part_uses_what_an_earlier_one_made(lab: Any) -> None:
    told = lab.send(
        "POST",
        "/composite",
        {
            "compositeRequest": [
                part("POST", "/sobjects/Account", "home", {"Name": "Composite A"}),
                part("POST", "/sobjects/Contact", "person", {"LastName": "Berg", "AccountId": "@{home.id}"}),
                part("GET", "/sobjects/Account/@{home.id}?fields=Name,Id", "seen"),
                part("GET", "/query?q=SELECT+Name+FROM+Contact+WHERE+AccountId='@{home.id}'", "asked"),
            ]
        },
    ).json()["compositeResponse"]
    assert [each["httpStatusCode"] for each in told] == [201, 201, 200, 200]
    assert [each["referenceId"] for each in told] == ["home", "person", "seen", "asked"]
    assert told[2]["body"]["Name"] == "Composite A"
    assert [each["Name"] for each in told[3]["body"]["records"]] == ["Berg"]
    assert told[0]["httpHeaders"]["Location"].endswith(told[0]["body"]["id"])


def test_all_or_none_undoes_the_parts_that_went_well(lab: Any) -> None:
    requests = [
        part("POST", "/sobjects/Account", "good", {"Name": "Rolled back"}),
        part("POST", "/sobjects/Account", "bad", {}),
        part("POST", "/sobjects/Contact", "after", {"LastName": "x", "AccountId": "@{bad.id}"}),
    ]
    answer = lab.send("POST", "/composite", {"allOrNone": True, "compositeRequest": requests}).json()
    codes = [each["body"][0]["errorCode"] for each in answer["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert names(lab, "Rolled back") == []
    answer = lab.send("POST", "/composite", {"compositeRequest": requests}).json()
    assert [each["httpStatusCode"] for each in answer["compositeResponse"]] == [201, 400, 400]
    assert names(lab, "Rolled back") == ["Rolled back"]


def test_a_composite_has_a_limit(lab: Any) -> None:
    many = [part("GET", "/limits", f"n{number}") for number in range(26)]
    assert lab.send("POST", "/composite", {"compositeRequest": many}).status_code == 400
    assert (
        lab.send("POST", "/composite", {"compositeRequest": "nonsense"}).json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    )


def test_a_batch_runs_each_for_itself(lab: Any) -> None:
    requests = [
        {"method": "POST", "url": "v64.0/sobjects/Account", "richInput": {"Name": "Batch A"}},
        {"method": "GET", "url": "v64.0/sobjects/Nothing/describe"},
        {"method": "GET", "url": "v64.0/limits"},
    ]
    told = lab.send("POST", "/composite/batch", {"batchRequests": requests}).json()
    assert told["hasErrors"] and [each["statusCode"] for each in told["results"]] == [201, 404, 200]
    told = lab.send("POST", "/composite/batch", {"batchRequests": requests, "haltOnError": True}).json()
    assert [each["statusCode"] for each in told["results"]] == [201, 404, 412]


def test_a_tree_makes_parents_and_children_or_nothing(lab: Any) -> None:
    def account(name: str, contact: dict[str, str]) -> dict[str, Any]:
        child = {"attributes": {"type": "Contact", "referenceId": f"{name}-contact"}, **contact}
        return {
            "attributes": {"type": "Account", "referenceId": name},
            "Name": name,
            "Contacts": {"records": [child]},
        }

    made = lab.send("POST", "/composite/tree/Account", {"records": [account("Tree A", {"LastName": "Root"})]})
    assert made.status_code == 201 and not made.json()["hasErrors"]
    assert [each["referenceId"] for each in made.json()["results"]] == ["Tree A", "Tree A-contact"]
    home = made.json()["results"][0]["id"]
    assert lab.one(f"SELECT LastName FROM Contact WHERE AccountId = '{home}'") == {"LastName": "Root"}
    broken = {"records": [account("Tree B", {"LastName": "Root"}), account("Tree C", {})]}
    refused = lab.send("POST", "/composite/tree/Account", broken)
    assert refused.status_code == 400
    (problem,) = refused.json()["results"]
    assert (problem["referenceId"], problem["errors"][0]["statusCode"]) == ("Tree C-contact", "REQUIRED_FIELD_MISSING")
    assert names(lab, "Tree B") == []


def test_collections_tell_each_record_apart(lab: Any) -> None:
    def account(**fields: Any) -> dict[str, Any]:
        return {"attributes": {"type": "Account"}, **fields}

    told = lab.send(
        "POST", "/composite/sobjects", {"records": [account(Name="Many A"), account(), account(Name="Many C")]}
    ).json()
    assert [each["success"] for each in told] == [True, False, True]
    assert told[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    ids = [told[0]["id"], told[2]["id"]]
    changed = lab.send(
        "PATCH", "/composite/sobjects", {"records": [account(id=each, Phone=each[:5]) for each in ids]}
    ).json()
    assert all(each["success"] for each in changed)
    found = lab.get("/composite/sobjects/Account", ids=",".join([*ids, "001gL0000zzzzzzIAY"]), fields="Phone").json()
    assert [each and each["Phone"] for each in found] == [ids[0][:5], ids[1][:5], None]
    gone = lab.send("DELETE", "/composite/sobjects", ids=",".join(ids), allOrNone="true").json()
    assert all(each["success"] for each in gone)
    assert names(lab, "Many") == []


def test_collections_all_or_none(lab: Any) -> None:
    records = [{"attributes": {"type": "Account"}, "Name": "Whole A"}, {"attributes": {"type": "Account"}}]
    told = lab.send("POST", "/composite/sobjects", {"allOrNone": True, "records": records}).json()
    assert [each["errors"][0]["statusCode"] for each in told] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert names(lab, "Whole") == []


def test_collections_by_external_id(lab: Any) -> None:
    records = [{"attributes": {"type": "Account"}, "External_Id__c": f"c-{n}", "Name": f"Ext {n}"} for n in range(2)]
    first = lab.send("PATCH", "/composite/sobjects/Account/External_Id__c", {"records": records}).json()
    again = lab.send("PATCH", "/composite/sobjects/Account/External_Id__c", {"records": records}).json()
    assert [each["created"] for each in first + again] == [True, True, False, False]
    assert names(lab, "Ext ") == ["Ext 0", "Ext 1"]
    too_many = {"records": [{"attributes": {"type": "Account"}}] * 201}
    assert lab.send("POST", "/composite/sobjects", too_many).json()[0]["errorCode"] == "LIMIT_EXCEEDED"
