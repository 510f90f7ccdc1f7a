"""One sync of one object brings everything in the order in which it is to be loaded, and nothing gets lost between."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.landed import LandedBatch, LandedDeletions
from connectors.salesforce import inbox
from connectors.salesforce.errors import JobFailedError, QuotaExceededError
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.sync import Known, Landed, landings

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Call, Org, Reply

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CURSOR = datetime(2026, 11, 22, 8, tzinfo=UTC)
COLUMNS = {"id", "name", "amount", "system_modstamp"}
DELETED = "sobjects/Opportunity/deleted/"
QUERY = "queryAll/"


@pytest.fixture
def rest(org: Org) -> Org:
    """An org that answers every query by REST with one row, and in which nothing was deleted."""
    org.describe(replicateable=True)
    org.updated("2026-11-22T08:58:00.000+0000")
    deleted(org)
    org.on("GET", QUERY, answer(org))
    return org


def answer(org: Org, total: int = 1) -> Any:
    """One record of the fields that the query names, for any query."""

    def reply(call: Call) -> Reply:
        names = call.query["q"].removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
        known = {"Id": "006000000000000001", "SystemModstamp": "2026-11-22T08:30:00.000+0000", "n": 1}
        record = {name.rpartition(" ")[2]: known.get(name.rpartition(" ")[2]) for name in names}
        return org.json({"totalSize": total, "done": True, "records": [record] * total})

    return reply


def deleted(org: Org, *rows: tuple[str, str], earliest: str = "2026-11-07T00:00:00.000Z") -> None:
    told = [{"id": key, "deletedDate": at} for key, at in rows]
    covered = "2026-11-22T08:59:00.000Z"
    body = {"deletedRecords": told, "earliestDateAvailable": earliest, "latestDateCovered": covered}
    org.on("GET", DELETED, org.json(body))


def start(client: Client, landing: Path, known: Known, **more: Any) -> Any:
    options = FetchOptions(**{"rest_rows": 2000, **more.pop("options", {})})
    defaults: dict[str, Any] = {"expected_fields": {}, "run_id": "run-1"}
    return landings(client, "Opportunity", landing_dir=landing, known=known, options=options, **{**defaults, **more})


def run(client: Client, landing: Path, known: Known, **more: Any) -> list[Landed]:
    return list(start(client, landing, known, **more))


def kinds(landed: list[Landed]) -> list[str]:
    return [each.purpose if isinstance(each, LandedBatch) else "deletions" for each in landed]


def queries(org: Org) -> list[str]:
    return [call.query["q"] for call in org.to("GET", QUERY)]


def test_an_increment_of_few_rows_takes_four_calls(rest: Org, client: Client, landing: Path) -> None:
    (batch,) = run(client, landing, Known(CURSOR, COLUMNS))
    assert isinstance(batch, LandedBatch)
    assert (batch.purpose, batch.rows, batch.folder) == ("rows", 1, landing / "salesforce" / "opportunity" / "run-1")
    assert batch.source_now is not None
    assert abs(batch.source_now - NOW) < timedelta(seconds=2)
    assert client.calls.counts == {
        ("Opportunity", "describe"): 1,
        ("Opportunity", "replication"): 2,
        ("Opportunity", "query"): 1,
    }


def test_more_rows_than_rest_is_used_for_come_by_bulk(rest: Org, client: Client, landing: Path) -> None:
    first = rest.json({"totalSize": 30, "done": False, "nextRecordsUrl": "/services/data/x", "records": [{}] * 2})
    rest.on("GET", QUERY, first)
    rest.job(30)
    rest.results(rest.page(rest.rows(30)))
    (batch,) = run(client, landing, Known(CURSOR, COLUMNS), options={"rest_rows": 5})
    assert isinstance(batch, LandedBatch)
    assert (batch.rows, batch.job_id[:3]) == (30, "750")


@pytest.mark.parametrize(("count", "is_rest"), [(5, True), (6, False), (None, False)])
def test_a_first_read_goes_by_what_the_org_counts(
    count: int | None, is_rest: bool, rest: Org, client: Client, landing: Path
) -> None:
    counted = [] if count is None else [{"name": "Opportunity", "count": count}]
    rest.on("GET", "limits/recordCount", rest.json({"sObjects": counted}))
    rest.job(1)
    rest.results(rest.page(rest.rows(1)))
    (batch,) = run(client, landing, Known(), options={"rest_rows": 5})
    assert isinstance(batch, LandedBatch)
    assert batch.job_id.startswith("rest-") is is_rest
    assert batch.mode == "full"


def test_what_landed_and_was_not_loaded_comes_first_and_is_not_fetched_again(
    rest: Org, client: Client, landing: Path
) -> None:
    unloaded = start(client, landing, Known(CURSOR, COLUMNS))
    batch = next(unloaded)
    unloaded.close()  # the load failed, or the process was killed
    rest.calls.clear()
    again = start(client, landing, Known(CURSOR, COLUMNS), run_id="run-2")
    assert next(again) == batch
    assert rest.count("GET", QUERY) == 0
    assert kinds(list(again)) == ["rows"]
    assert "SystemModstamp >= 2026-11-22T08:48:00.000Z" in queries(rest)[0]  # on from the end of the first
    assert kinds(run(client, landing, Known(NOW, COLUMNS), run_id="run-3")) == ["rows"]


def test_what_cannot_be_loaded_is_fetched_again_in_the_end(rest: Org, client: Client, landing: Path) -> None:
    for _ in range(3):
        unloaded = start(client, landing, Known(CURSOR, COLUMNS))
        batch = next(unloaded)
        unloaded.close()
        assert batch.folder.name == "run-1"
    again = start(client, landing, Known(CURSOR, COLUMNS), run_id="run-2")
    assert next(again).folder.name == "run-2"
    again.close()


def test_a_batch_that_would_leave_a_gap_is_not_loaded(rest: Org, client: Client, landing: Path) -> None:
    unloaded = start(client, landing, Known(CURSOR, COLUMNS))
    next(unloaded)
    unloaded.close()
    rest.on("GET", "limits/recordCount", rest.json({"sObjects": [{"name": "Opportunity", "count": 1}]}))
    landed = run(client, landing, Known(), run_id="run-2")  # the warehouse was lost
    assert [each.mode for each in landed if isinstance(each, LandedBatch)] == ["full"]


def test_deletions_lie_on_disk_before_the_cursor_moves_beyond_them(rest: Org, client: Client, landing: Path) -> None:
    deleted(rest, ("006A", "2026-11-22T08:30:00.000Z"), ("006B", "2026-11-22T08:58:30.000Z"))
    unloaded = start(client, landing, Known(CURSOR, COLUMNS))
    assert isinstance(next(unloaded), LandedBatch)
    unloaded.close()
    inbox.clear(landing / "salesforce" / "opportunity" / "run-1")  # the rows were loaded, and then it was killed
    deleted(rest)
    first, *others = run(client, landing, Known(NOW, COLUMNS), run_id="run-2")
    assert isinstance(first, LandedDeletions)
    assert first.rows == (("006A", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),)  # 006B is the next window's
    assert kinds(others) == ["rows"]
    assert kinds(run(client, landing, Known(NOW, COLUMNS), run_id="run-3")) == ["rows"]


def test_new_fields_come_for_all_rows_before_the_rows(
    rest: Org, client: Client, landing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "salespulse.salesforce")
    rest.on("GET", "limits/recordCount", rest.json({"sObjects": [{"name": "Opportunity", "count": 1}]}))
    landed = run(client, landing, Known(CURSOR, COLUMNS - {"amount", "name"}))
    assert kinds(landed) == ["refresh", "rows"]
    assert queries(rest)[0] == "SELECT Id, Name, Amount FROM Opportunity"
    assert [column.name for column in landed[0].columns] == ["id", "name", "amount"]  # type: ignore[union-attr]
    assert "new to the warehouse, read for all rows: Name, Amount" in caplog.text


@pytest.mark.parametrize("is_due", [True, False])
def test_formulas_are_read_for_all_rows_when_it_is_time(is_due: bool, rest: Org, client: Client, landing: Path) -> None:
    fields = [
        {"name": "Id", "type": "id"},
        {"name": "Margin__c", "type": "currency", "calculated": True},
        {"name": "SystemModstamp", "type": "datetime"},
    ]
    described = {"name": "Opportunity", "fields": fields, "replicateable": True}
    rest.on("GET", "sobjects/Opportunity/describe", rest.json(described))
    rest.on("GET", "limits/recordCount", rest.json({"sObjects": [{"name": "Opportunity", "count": 1}]}))
    known = Known(CURSOR, {"id", "margin__c", "system_modstamp"}, is_refresh_due=is_due)
    assert kinds(run(client, landing, known)) == (["refresh", "rows"] if is_due else ["rows"])
    assert queries(rest)[0].startswith("SELECT Id, Margin__c FROM" if is_due else "SELECT Id, Margin__c, System")


@pytest.mark.parametrize("why", ["due", "forgotten", "long ago"])
def test_all_ids_are_listed_where_deletions_may_be_missing(why: str, rest: Org, client: Client, landing: Path) -> None:
    rest.describe({"Id": "id", "IsDeleted": "boolean", "CreatedDate": "datetime", "SystemModstamp": "datetime"})
    rest.describe(
        {"Id": "id", "IsDeleted": "boolean", "CreatedDate": "datetime", "SystemModstamp": "datetime"},
        replicateable=True,
    )
    rest.on("GET", "limits/recordCount", rest.json({"sObjects": [{"name": "Opportunity", "count": 1}]}))
    if why == "forgotten":
        deleted(rest, earliest="2026-11-22T08:30:00.000Z")
    cursor = CURSOR - timedelta(days=20) if why == "long ago" else CURSOR
    landed = run(client, landing, Known(cursor, None, is_sweep_due=why == "due"))
    assert kinds(landed) == ["rows", "ids"]
    assert queries(rest)[-1] == ("SELECT Id, IsDeleted FROM Opportunity WHERE CreatedDate < 2026-11-22T08:58:00.000Z")
    assert landed[-1].window_end == datetime(2026, 11, 22, 8, 58, tzinfo=UTC)


def too_large(org: Org, most: timedelta) -> None:
    """Jobs on windows that are longer, or have no start, time out; others have one row."""
    numbers: dict[str, str] = {}

    def create(call: Call) -> Reply:
        query = call.json["query"]
        job_id = f"750{len(numbers):015d}"
        numbers[job_id] = query
        bounds = [datetime.fromisoformat(word) for word in query.split() if word.endswith("Z")]
        is_small = ">=" in query and "<" in query and bounds[1] - bounds[0] <= most
        state = {"state": "JobComplete", "numberRecordsProcessed": 1} if is_small else {"state": "Failed"}
        said = {"id": job_id, "errorMessage": "QUERY_TIMEOUT : Your query request was running for too long", **state}
        org.on("GET", f"jobs/query/{job_id}", org.json(said))
        org.on("DELETE", f"jobs/query/{job_id}", org.reply(204))
        org.results(org.page(org.rows(1, len(numbers))), job_id=job_id)
        return org.json({"id": job_id, "state": "UploadComplete"})

    org.on("POST", "jobs/query", create)


def test_a_query_that_is_too_large_is_read_in_halves_without_a_gap(rest: Org, client: Client, landing: Path) -> None:
    too_large(rest, timedelta(minutes=20))
    landed = run(client, landing, Known(CURSOR, COLUMNS), options={"rest_rows": 0})
    windows = [(each.window_start, each.window_end) for each in landed if isinstance(each, LandedBatch)]
    assert windows[0][0] == CURSOR - timedelta(minutes=10)
    assert windows[-1][1] == datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
    assert [end for _, end in windows[:-1]] == [begin for begin, _ in windows[1:]]
    assert len(windows) > 2
    assert sum(call.method == "DELETE" for call in rest.calls) == rest.count(
        "POST", "jobs/query"
    )  # the failed ones are taken away, too


def test_a_whole_object_that_is_too_large_becomes_windows_from_the_oldest_on(
    rest: Org, client: Client, landing: Path
) -> None:
    created: list[str] = []

    def create(call: Call) -> Reply:
        created.append(call.json["query"])
        bounded = "SystemModstamp <" in created[-1]
        state = "JobComplete" if bounded else "Failed"
        job_id = f"750{len(created):015d}"
        said = {"id": job_id, "state": state, "numberRecordsProcessed": 1, "errorMessage": "OPERATION_TOO_LARGE"}
        rest.on("GET", f"jobs/query/{job_id}", rest.json(said))
        rest.on("DELETE", f"jobs/query/{job_id}", rest.reply(204))
        rest.results(rest.page(rest.rows(1, len(created))), job_id=job_id)
        return rest.json({"id": job_id, "state": "UploadComplete"})

    rest.on("POST", "jobs/query", create)
    landed = [each for each in run(client, landing, Known(), options={"rest_rows": 0}) if isinstance(each, LandedBatch)]
    assert [batch.mode for batch in landed] == ["incremental", "incremental"]
    assert landed[0].window_start is None
    assert landed[0].window_end == landed[1].window_start
    assert "WHERE" not in created[0]
    assert ">=" not in created[1]


def test_a_window_of_a_second_that_is_too_large_is_an_error(rest: Org, client: Client, landing: Path) -> None:
    too_large(rest, timedelta(0))
    rest.updated("2026-11-22T08:00:01.000+0000")
    with pytest.raises(JobFailedError, match="QUERY_TIMEOUT"):
        run(client, landing, Known(CURSOR, COLUMNS), options={"rest_rows": 0, "overlap": timedelta(0)})


def test_a_quota_that_ends_within_halves_goes_on_from_the_last_one(rest: Org, client: Client, landing: Path) -> None:
    too_large(rest, timedelta(minutes=40))
    unfinished = start(client, landing, Known(CURSOR, COLUMNS), options={"rest_rows": 0})
    first = next(unfinished)
    rest.on("POST", "jobs/query", rest.error(403, "REQUEST_LIMIT_EXCEEDED"))
    with pytest.raises(QuotaExceededError):
        next(unfinished)
    too_large(rest, timedelta(hours=2))
    landed = run(client, landing, Known(first.window_end, COLUMNS), run_id="run-2", options={"rest_rows": 0})
    assert landed[0].window_start == first.window_end - timedelta(minutes=10)


def test_columns_that_are_no_longer_delivered_are_told(
    rest: Org, client: Client, landing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(client, landing, Known(CURSOR, COLUMNS | {"loss_reason__c"}))
    assert "maybe field-level security" in caplog.text
    assert "loss_reason__c" in caplog.text


def test_the_totals_are_asked_for_when_all_is_loaded(rest: Org, client: Client, landing: Path) -> None:
    seen: list[Any] = []
    syncing = start(client, landing, Known(CURSOR, COLUMNS), compare=agrees(seen))
    next(syncing)
    assert seen == []
    with pytest.raises(StopIteration):
        next(syncing)
    (totals,) = seen
    assert (totals.object_name, totals.as_of) == ("Opportunity", datetime(2026, 11, 22, 8, 58, tzinfo=UTC))


def agrees(seen: list[Any], *answers: bool) -> Any:
    """A comparison that keeps what it is given and answers in turn, at last always that all agrees."""
    left = list(answers)

    def compare(totals: Any) -> bool:
        seen.append(totals)
        return left.pop(0) if left else True

    return compare


def few(org: Org) -> None:
    """So few rows that all of them are read by REST."""
    org.on("GET", "limits/recordCount", org.json({"sObjects": [{"name": "Opportunity", "count": 1}]}))


@pytest.mark.parametrize("cursor", [CURSOR, None])
def test_deletions_are_asked_for_once_and_serve_the_rows_and_the_totals(
    rest: Org, client: Client, landing: Path, cursor: datetime | None
) -> None:
    few(rest)
    deleted(rest, ("1", "2026-11-22T08:30:00.000Z"), ("2", "2026-11-22T08:58:30.000Z"))
    seen: list[Any] = []
    landed = run(client, landing, Known(cursor, COLUMNS if cursor else None), compare=agrees(seen))
    assert rest.count("GET", DELETED) == 1
    assert kinds(landed) == (["rows", "deletions"] if cursor else ["rows"])
    (totals,) = seen
    assert "2" in totals.changed_ids


def test_after_fifteen_days_the_totals_ask_for_deletions_themselves(rest: Org, client: Client, landing: Path) -> None:
    few(rest)
    seen: list[Any] = []
    run(client, landing, Known(CURSOR - timedelta(days=20), COLUMNS), compare=agrees(seen))
    assert rest.count("GET", DELETED) == 1


def test_totals_that_disagree_are_taken_once_more_with_what_was_deleted_since(
    rest: Org, client: Client, landing: Path
) -> None:
    seen: list[Any] = []

    def compare(totals: Any) -> bool:
        seen.append(totals)
        deleted(rest, ("7", "2026-11-22T08:59:59.000Z"))
        return False

    run(client, landing, Known(CURSOR, COLUMNS), compare=compare)
    assert ["7" in totals.changed_ids for totals in seen] == [False, True]
    assert rest.count("GET", DELETED) == 2


@pytest.mark.parametrize(
    ("cursor_name", "mode"),
    [
        ("created_date", "full"),
        ("last_modified_date", "full"),
        ("system_modstamp", "incremental"),
        (None, "incremental"),
    ],
)
def test_where_another_field_tells_what_changed_all_is_read_once(
    rest: Org, client: Client, landing: Path, cursor_name: str | None, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    few(rest)
    rows = run(client, landing, Known(CURSOR, COLUMNS, cursor_name=cursor_name))[-1]
    assert isinstance(rows, LandedBatch)
    assert (rows.mode, rows.window_start is None, rows.cursor_name) == (mode, mode == "full", "system_modstamp")
    assert ("read in full" in caplog.text) == (mode == "full")


def test_a_list_of_deletions_that_cannot_be_read_is_asked_for_again(
    rest: Org, client: Client, landing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deleted(rest, ("1", "2026-11-22T08:30:00.000Z"))
    dying = start(client, landing, Known(CURSOR, COLUMNS))
    next(dying)  # the rows; the list lies there and nobody loads it
    dying.close()
    (file,) = landing.rglob("deletions.csv.gz")
    file.write_bytes(b"torn")
    later = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
    landed = run(client, landing, Known(later, COLUMNS), run_id="run-2")
    assert kinds(landed) == ["rows", "deletions"]
    assert "asked for again" in caplog.text
    asked = [datetime.fromisoformat(call.query["start"]) for call in rest.to("GET", DELETED)]
    assert asked[-1] < NOW - timedelta(days=14)
    run(client, landing, Known(later, COLUMNS), run_id="run-3")
    assert [call.query["start"] for call in rest.to("GET", DELETED)][-1] == "2026-11-22T08:48:00.000Z"
