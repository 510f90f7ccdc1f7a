"""What changed and what was deleted (getUpdated, getDeleted), and transactions that run while one asks.

A transaction that has begun and not ended holds `latestDateCovered` back: its records will show late, stamped as
of its start. Instants are cut to the minute, as Salesforce does.
"""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.clock import to_naive_utc
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Request, Response, json_response
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.query import find_object
from connectors.sandbox.store.org import Org, bin_opened, clock_text

REPLICATION_DAYS = 30
MOST_IDS = 600_000


@dataclass(frozen=True, slots=True)
class Transaction:
    """Writes that wait: `{"object": …, "id": …, "fields": {…}}`, without an id a new record, without fields a
    deletion."""

    id: str
    started: datetime
    writes: tuple[Mapping[str, Any], ...]


class Transactions:
    """The transactions that run. Thread-safe."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._running: dict[str, Transaction] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def control(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """`{"begin": {"age_seconds": 600, "writes": […]}}`, `{"commit": id}` or `{"rollback": id}`."""
        if "begin" in told:
            return self._begin(told["begin"] if isinstance(told["begin"], Mapping) else {})
        if "commit" in told:
            found = self._take(told["commit"])
            return {"id": found.id, "records": self._commit(found)}
        if "rollback" in told:
            return {"id": self._take(told["rollback"]).id, "records": []}
        raise OrgError("INVALID_TRANSACTION", 'say {"begin": {"age_seconds": n, "writes": […]}}, commit or rollback')

    def oldest(self) -> datetime | None:
        """The start of the one that runs longest."""
        with self._lock:
            return min((each.started for each in self._running.values()), default=None)

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{"id": each.id, "started": clock_text(each.started)} for each in self._running.values()]

    def _begin(self, told: Mapping[str, Any]) -> dict[str, Any]:
        writes = told.get("writes", [])
        if not isinstance(writes, list) or not all(isinstance(each, Mapping) and "object" in each for each in writes):
            raise OrgError("INVALID_TRANSACTION", 'writes must be a list of {"object": …, "id": …, "fields": …}')
        started = self._org.clock.now - timedelta(seconds=float(told.get("age_seconds", 0)))
        with self._lock:
            made = Transaction(f"transaction-{next(self._numbers)}", started, tuple(writes))
            self._running[made.id] = made
        return {"id": made.id, "started": clock_text(started)}

    def _take(self, name: Any) -> Transaction:
        with self._lock:
            found = self._running.pop(str(name), None)
        if found is None:
            raise OrgError("INVALID_TRANSACTION", f"no transaction {name} runs", 404)
        return found

    def _commit(self, transaction: Transaction) -> list[str]:
        writer = Writer(self._org, stamp=transaction.started)
        with self._org.transaction():
            return [_write(writer, each) for each in transaction.writes]


class Replication:
    """getUpdated and getDeleted over one org. `lag` is how far latestDateCovered stays behind the clock."""

    def __init__(self, org: Org, transactions: Transactions, lag: timedelta) -> None:
        self._org = org
        self._transactions = transactions
        self._lag = lag

    def updated(self, name: str, request: Request) -> Response:
        sobject, start, end = self._window(name, request)
        ids = self._org.updated_ids(sobject, start, end, MOST_IDS)
        _refuse_too_many(len(ids))
        return json_response({"ids": ids, "latestDateCovered": clock_text(self._covered(end))})

    def deleted(self, name: str, request: Request) -> Response:
        sobject, start, end = self._window(name, request)
        earliest = bin_opened(self._org.clock.now, self._org.recycle_bin_days)
        gone = self._org.deleted_ids(sobject, max(start, earliest), end, MOST_IDS)
        _refuse_too_many(len(gone))
        return json_response(
            {
                "deletedRecords": [{"deletedDate": clock_text(at), "id": each} for each, at in gone],
                "earliestDateAvailable": clock_text(earliest),
                "latestDateCovered": clock_text(self._covered(end)),
            }
        )

    def _covered(self, end: datetime) -> datetime:
        """How far the answer is complete: before everything that may still show."""
        latest = min(end, self._org.clock.now - self._lag)
        oldest = self._transactions.oldest()
        return latest if oldest is None else min(latest, oldest.replace(second=0, microsecond=0))

    def _window(self, name: str, request: Request) -> tuple[SObject, datetime, datetime]:
        sobject = find_object(self._org.schema, name)
        if sobject is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        if not sobject.is_replicateable:
            message = f"sObject type '{sobject.name}' is not replicatable"
            raise OrgError("INVALID_TYPE_FOR_OPERATION", message)
        start, end = (_instant(request.parameters.get(each), each) for each in ("start", "end"))
        if start >= end:
            raise OrgError("INVALID_REPLICATION_DATE", "startDate must be earlier than endDate by a minute at least")
        if start < self._org.clock.now - timedelta(days=REPLICATION_DAYS):
            message = f"startDate cannot be more than {REPLICATION_DAYS} days ago"
            raise OrgError("INVALID_REPLICATION_DATE", message)
        return sobject, start, end


def _write(writer: Writer, told: Mapping[str, Any]) -> str:
    name, record_id, fields = str(told["object"]), told.get("id"), told.get("fields")
    if record_id is None:
        return writer.create(name, fields or {})
    if fields is None:
        writer.delete(name, str(record_id))
    else:
        writer.update(name, str(record_id), fields)
    return str(record_id)


def _refuse_too_many(count: int) -> None:
    if count > MOST_IDS:
        raise OrgError("EXCEEDED_ID_LIMIT", f"Too many ids, more than {MOST_IDS}: ask for a shorter span")


def _instant(text: str | None, name: str) -> datetime:
    """To the minute: the seconds of start and end are ignored."""
    if text is None:
        raise OrgError("MISSING_ARGUMENT", f"The {name} parameter is required")
    try:
        # a plus sign that came unescaped through the URL reads as a blank
        parsed = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise OrgError("INVALID_DATE_FORMAT", f"{name} is no date: {text}") from error
    return to_naive_utc(parsed).replace(second=0, microsecond=0)
