"""Quotas count what is used in the last 24 hours of the org's clock, refuse past it, and tell the truth."""

from typing import Any


def remaining(api: Any, kind: str) -> int:
    return int(api.get("/limits").json()[kind]["Remaining"])


def test_calls_past_the_limit_are_refused_until_a_day_has_gone_by(moving: Any) -> None:
    moving.control("limits", DailyApiRequests=3)
    assert remaining(moving, "DailyApiRequests") == 2
    for _ in range(2):
        answer = moving.get("/sobjects")
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=3/3"
    refused = moving.get("/sobjects")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    moving.control("advance", hours=23)
    assert moving.get("/sobjects").status_code == 403
    moving.control("advance", hours=1)
    assert moving.get("/sobjects").status_code == 200


def test_query_jobs_have_a_quota_of_their_own(moving: Any) -> None:
    moving.control("limits", DailyBulkV2QueryJobs=2)
    assert moving.create_job("SELECT Nonsense FROM Account").status_code == 400  # refused, so not counted
    for _ in range(2):
        assert moving.create_job("SELECT Id FROM Account").status_code == 200
    refused = moving.create_job("SELECT Id FROM Account")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    assert remaining(moving, "DailyBulkV2QueryJobs") == 0


def test_batches_of_bulk_1_count_too(moving: Any) -> None:
    moving.control("limits", DailyBulkApiBatches=1)
    base = f"{moving.server.url}/services/async/61.0/job"
    told = {"operation": "query", "object": "Account", "contentType": "CSV"}
    job = moving.http.post(base, json=told, timeout=10).json()
    batches = [moving.http.post(f"{base}/{job['id']}/batch", data="SELECT Id FROM Account", timeout=10) for _ in "ab"]
    assert [each.status_code for each in batches] == [201, 403]
    assert "ExceededQuota" in batches[1].text
    assert remaining(moving, "DailyBulkApiBatches") == 0


def test_storage_follows_the_records(lab: Any) -> None:
    told = lab.get("/limits").json()["DataStorageMB"]
    kept = sum(lab.server.org.count(name) for name in lab.server.org.schema)
    assert told["Max"] - told["Remaining"] == kept * 2 // 1024


def test_a_limit_that_there_is_not_is_refused(moving: Any) -> None:
    for told in ({"Nonsense": 1}, {"DailyApiRequests": "many"}, {"DailyApiRequests": -1}, {"DailyApiRequests": True}):
        refused = moving.control("limits", **told)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_QUOTA")
