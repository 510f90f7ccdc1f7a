"""The REST resources beside queries: describe, paging, limits, replication."""

from typing import Any

import pytest
import requests

from connectors.sandbox.server import SandboxServer


def test_versions_are_told_without_a_session(company_server: SandboxServer) -> None:
    told = requests.get(f"{company_server.url}/services/data", timeout=20).json()
    assert told[-1]["version"] == "64.0"
    assert told[-1]["url"] == "/services/data/v64.0"


def test_a_request_without_a_session_is_unauthorized(company_server: SandboxServer) -> None:
    response = requests.get(f"{company_server.url}/services/data/v64.0/sobjects", timeout=20)
    assert response.status_code == 401
    assert response.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_the_global_describe_lists_all_objects(company_api: Any) -> None:
    told = {each["name"]: each for each in company_api.get("/sobjects").json()["sobjects"]}
    assert {"Opportunity", "OpportunityFieldHistory", "Period", "ForecastingQuota", "Task", "Event"} <= told.keys()
    assert told["Opportunity"]["keyPrefix"] == "006"
    assert told["Opportunity"]["queryable"] is True


def test_describe_tells_true_metadata(company_api: Any) -> None:
    told = company_api.get("/sobjects/Opportunity/describe").json()
    fields = {each["name"]: each for each in told["fields"]}
    assert fields["OwnerId"]["referenceTo"] == ["User"]
    assert fields["OwnerId"]["relationshipName"] == "Owner"
    assert (fields["Amount"]["precision"], fields["Amount"]["scale"]) == (18, 2)
    assert fields["ExpectedRevenue"]["calculated"] is True
    assert [v["value"] for v in fields["Loss_Reason__c"]["picklistValues"]][:2] == ["Price", "Competitor"]
    assert fields["Loss_Reason__c"]["custom"] is True
    assert fields["CloseDate"]["nillable"] is False
    assert fields["Description"]["filterable"] is False
    account = {f["name"]: f for f in company_api.get("/sobjects/account/describe").json()["fields"]}
    assert account["BillingAddress"]["type"] == "address"
    assert account["BillingCity"]["compoundFieldName"] == "BillingAddress"


def test_describe_of_an_unknown_object_is_not_found(company_api: Any) -> None:
    response = company_api.get("/sobjects/Nope/describe")
    assert (response.status_code, response.json()[0]["errorCode"]) == (404, "NOT_FOUND")


def test_a_query_comes_in_batches_of_the_size_asked(company_api: Any) -> None:
    company_api.http.headers["Sforce-Query-Options"] = "batchSize=300"
    page = company_api.query("SELECT Id FROM Task")
    assert (len(page["records"]), page["done"]) == (300, False)
    ids = [row["Id"] for row in company_api.records("SELECT Id FROM Task")]
    assert len(ids) == page["totalSize"] == len(set(ids))


def test_a_locator_is_worth_nothing_to_another_session(company_api: Any, tiny: Any) -> None:
    page = company_api.query("SELECT Id FROM Task")
    response = tiny.http.get(tiny.server.url + page["nextRecordsUrl"], timeout=20)
    assert response.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_instants_are_spelled_with_an_offset(tiny: Any) -> None:
    row = tiny.records("SELECT CreatedDate, Signed__c FROM Account LIMIT 1")[0]
    assert (row["CreatedDate"], row["Signed__c"]) == ("2026-01-01T08:00:00.000+0000", "2026-03-18")


def test_one_record_is_told_by_its_id(tiny: Any) -> None:
    told = tiny.get("/sobjects/Account/001000000000001", fields="Id,Name").json()
    assert (told["Id"], told["Name"]) == ("001000000000001AAA", "Acme")
    assert tiny.get("/sobjects/Account/001000000000009").status_code == 404


def test_every_answer_counts_the_calls(tiny: Any) -> None:
    used = [
        int(tiny.get("/limits").headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")[0]) for _ in range(3)
    ]
    assert used == [used[0], used[0] + 1, used[0] + 2]
    limits = tiny.get("/limits").json()["DailyApiRequests"]
    assert limits["Max"] - limits["Remaining"] == used[-1] + 1


def test_an_exhausted_quota_is_refused(make_tiny: Any) -> None:
    with SandboxServer(make_tiny(), session_id="S", daily_calls=2) as server:
        url = f"{server.url}/services/data/v64.0/limits"
        answers = [requests.get(url, headers={"Authorization": "Bearer S"}, timeout=20) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[2].json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_record_counts_leave_deleted_rows_out(tiny: Any) -> None:
    told = tiny.get("/limits/recordCount", sObjects="Account,Contact").json()["sObjects"]
    assert told == [{"count": 2, "name": "Account"}, {"count": 2, "name": "Contact"}]


def test_updated_and_deleted_tell_ids_and_the_covered_instant(tiny: Any) -> None:
    window = {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"}
    updated = tiny.get("/sobjects/Account/updated", **window).json()
    assert updated == {"ids": ["001000000000002AAA"], "latestDateCovered": "2026-03-18T12:00:00.000+0000"}
    deleted = tiny.get("/sobjects/Account/deleted", **window).json()
    assert deleted == {
        "deletedRecords": [{"deletedDate": "2026-03-10T09:00:00.000+0000", "id": "001000000000003AAA"}],
        "earliestDateAvailable": "2026-03-03T12:00:00.000+0000",
        "latestDateCovered": "2026-03-18T12:00:00.000+0000",
    }


def test_the_covered_instant_stays_behind_by_the_lag(make_tiny: Any) -> None:
    with SandboxServer(make_tiny(), session_id="S", covered_lag_seconds=90) as server:
        told = requests.get(
            f"{server.url}/services/data/v64.0/sobjects/Account/updated",
            params={"start": "2026-03-17T00:00:00Z", "end": "2026-03-18T12:00:00Z"},
            headers={"Authorization": "Bearer S"},
            timeout=20,
        ).json()
    assert told["latestDateCovered"] == "2026-03-18T11:58:30.000+0000"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"start": "2026-03-01T00:00:00Z"}, "MISSING_ARGUMENT"),
        ({"start": "soon", "end": "2026-03-18T00:00:00Z"}, "INVALID_DATE_FORMAT"),
        ({"start": "2026-03-18T00:00:00Z", "end": "2026-03-17T00:00:00Z"}, "INVALID_REPLICATION_DATE"),
        ({"start": "2026-01-01T00:00:00Z", "end": "2026-03-17T00:00:00Z"}, "INVALID_REPLICATION_DATE"),
    ],
)
def test_a_wrong_replication_window_is_refused(tiny: Any, parameters: dict[str, str], code: str) -> None:
    response = tiny.get("/sobjects/Account/updated", **parameters)
    assert (response.status_code, response.json()[0]["errorCode"]) == (400, code)


def test_a_query_is_not_written_to(tiny: Any) -> None:
    response = tiny.http.post(f"{tiny.base}/query", json={"q": "SELECT Id FROM Account"}, timeout=20)
    assert (response.status_code, response.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_large_answers_are_compressed_if_the_client_can_read_it(company_api: Any) -> None:
    assert company_api.get("/sobjects").headers["Content-Encoding"] == "gzip"
    company_api.http.headers["Accept-Encoding"] = "identity"
    assert "Content-Encoding" not in company_api.get("/sobjects").headers
