"""getUpdated and getDeleted: to the minute, capped, and never ahead of a transaction that still runs."""

from typing import Any

import pytest

from connectors.sandbox.api import replication


def updated(api: Any, start: str, end: str, name: str = "Account") -> Any:
    return api.get(f"/sobjects/{name}/updated", start=start, end=end).json()


def deleted(api: Any, start: str, end: str) -> Any:
    return api.get("/sobjects/Account/deleted", start=start, end=end).json()


def test_seconds_are_cut_off(still: Any) -> None:
    changed = "001000000000002AAA"
    told = updated(still, "2026-03-18T11:00:59Z", "2026-03-18T12:00:45Z")
    assert (told["ids"], told["latestDateCovered"]) == ([changed], "2026-03-18T12:00:00.000+0000")
    assert updated(still, "2026-03-18T10:00:00Z", "2026-03-18T11:00:59Z")["ids"] == []
    refused = updated(still, "2026-03-18T11:00:01Z", "2026-03-18T11:00:59Z")
    assert refused[0]["errorCode"] == "INVALID_REPLICATION_DATE"


def test_a_running_transaction_holds_the_answer_back_and_its_records_show_late(moving: Any) -> None:
    writes = [
        {"object": "Account", "fields": {"Name": "Late"}},
        {"object": "Account", "id": "001000000000001AAA", "fields": {"Name": "Acme late"}},
        {"object": "Account", "id": "001000000000002AAA"},
    ]
    begun = moving.control("transaction", begin={"age_seconds": 600, "writes": writes}).json()
    assert begun["started"] == "2026-03-18T11:50:00.000+0000"
    moving.control("advance", minutes=20)
    window = ("2026-03-18T11:30:00Z", "2026-03-18T12:20:00Z")
    early = updated(moving, *window)
    assert (early["ids"], early["latestDateCovered"]) == ([], "2026-03-18T11:50:00.000+0000")
    assert deleted(moving, *window)["latestDateCovered"] == "2026-03-18T11:50:00.000+0000"
    committed = moving.control("transaction", commit=begun["id"]).json()["records"]
    late = updated(moving, *window)
    assert set(late["ids"]) == set(committed[:2])
    assert late["latestDateCovered"] == "2026-03-18T12:20:00.000+0000"
    stamps = moving.records("SELECT SystemModstamp FROM Account WHERE Name LIKE '%late'")
    assert {each["SystemModstamp"] for each in stamps} == {"2026-03-18T11:50:00.000+0000"}
    gone = deleted(moving, window[0], "2026-03-18T12:21:00Z")["deletedRecords"]
    assert [each["id"] for each in gone] == ["001000000000002AAA"]


def test_a_rolled_back_transaction_leaves_nothing(moving: Any) -> None:
    writes = [{"object": "Account", "fields": {"Name": "Never"}}]
    begun = moving.control("transaction", begin={"writes": writes}).json()
    assert moving.http.get(f"{moving.server.url}/sandbox/transaction", timeout=10).json()[0]["id"] == begun["id"]
    assert moving.control("transaction", rollback=begun["id"]).status_code == 200
    assert moving.records("SELECT Id FROM Account WHERE Name = 'Never'") == []
    assert moving.control("transaction", commit=begun["id"]).status_code == 404
    assert moving.control("transaction").status_code == 400


def test_a_restored_record_is_no_longer_told_as_deleted(moving: Any) -> None:
    window = ("2026-03-09T00:00:00Z", "2026-03-18T12:00:00Z")
    assert [each["id"] for each in deleted(moving, *window)["deletedRecords"]] == ["001000000000003AAA"]
    assert moving.control("undelete", object="Account", ids=["001000000000003AAA"]).status_code == 204
    assert deleted(moving, *window)["deletedRecords"] == []


def test_too_many_ids_are_refused(still: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication, "MOST_IDS", 0)
    refused = updated(still, "2026-03-18T10:00:00Z", "2026-03-18T12:00:00Z")
    assert refused[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
