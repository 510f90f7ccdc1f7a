"""One object from the CRM into the warehouse: what is landed is loaded, one thing after the other.

`defs.ingest` decides which objects, this module how one of them comes. What is asked of the source is
`connectors.salesforce.sync`'s business, how it is loaded `connectors.warehouse`'s.
"""

import logging
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from duckdb import DuckDBPyConnection

from connectors.landed import ApiAllowance, ApiCalls, LandedBatch, LandedDeletions, Purpose, SourceTotals
from connectors.salesforce.client import Client
from connectors.salesforce.describe import expected_columns
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import SyncedObject
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.organization import Organization
from connectors.salesforce.sync import Known, Landed, landings
from connectors.warehouse import ledger, telemetry
from connectors.warehouse.landing import LoadResult, load, load_deletions
from connectors.warehouse.lending import Lender
from connectors.warehouse.reconciliation import reconcile
from orchestration.settings import Settings

log = logging.getLogger("salespulse.sync")


@dataclass(frozen=True, slots=True)
class Intake:
    """What all objects of one sync have in common. The warehouse is lent: others can read it while the org is read."""

    client: Client
    warehouse: Lender
    settings: Settings
    run_id: str
    organization: Organization

    def take(self, entry: SyncedObject) -> dict[str, Any]:
        """Fetch and load what is new of an object; what was measured, as metadata of its asset."""
        with self.warehouse.use() as connection:
            known = self._known(connection, entry)
        taken = _Taken()
        landed = landings(
            self.client,
            entry.name,
            landing_dir=self.settings.landing,
            known=known,
            run_id=self.run_id,
            expected_fields=entry.fields,
            options=options(self.settings),
            compare=self._compare,
        )
        with closing(landed):
            for each in landed:
                taken.add(each, self._load(entry, each))
        with self.warehouse.use() as connection:
            rows = sum(s.row_count for s in ledger.sync_states(connection) if s.object_name == entry.name)
        return {"sobject": entry.name, "dagster/row_count": rows, **taken.metadata(), **self._requests(entry.name)}

    def note_calls(self) -> None:
        """Write down what this sync asked of the org, and say what is left."""
        calls = [ApiCalls(self.run_id, name or None, kind, n) for (name, kind), n in self.client.calls.counts.items()]
        usage = self.client.api_usage
        allowance = ApiAllowance(self.run_id, usage.used, usage.limit) if usage else None
        with self.warehouse.use() as connection:
            telemetry.record_api_calls(connection, calls, allowance)
        left = f"; {usage.left:,} of {usage.limit:,} are left for 24 hours" if usage else ""
        log.info("The sync made %s API requests%s", f"{self.client.calls.total:,}", left)

    def _requests(self, name: str) -> dict[str, Any]:
        """What the object cost of the org's allowance, and what is left of that for everybody."""
        made = sum(count for (about, _), count in self.client.calls.counts.items() if about == name)
        usage = self.client.api_usage
        left = {"api_requests_left": usage.left, "api_requests_limit": usage.limit} if usage else {}
        return {"api_requests": made, **left}

    def _known(self, connection: DuckDBPyConnection, entry: SyncedObject) -> Known:
        cursor = ledger.cursor(connection, entry.name)
        if cursor is None:
            return Known()
        return Known(
            cursor,
            ledger.known_columns(connection, table_name(entry.name)),
            is_refresh_due=_is_due(connection, entry, "refresh", self.settings.refresh_days),
            is_sweep_due=_is_due(connection, entry, "ids", self.settings.sweep_days),
            cursor_name=ledger.cursor_name(connection, entry.name),
        )

    def _compare(self, totals: SourceTotals) -> bool:
        with self.warehouse.use() as connection:
            return reconcile(connection, totals)

    def _load(self, entry: SyncedObject, landed: Landed) -> LoadResult:
        with self.warehouse.use() as connection:
            if isinstance(landed, LandedDeletions):
                return load_deletions(connection, landed, run_id=self.run_id)
            return load(
                connection,
                landed,
                expected=expected_columns(entry.name) if entry.fields else (),
                run_id=self.run_id,
                instance_url=self.client.instance_url,
                time_zone=self.organization.time_zone,
                org_id=self.organization.id,
            )


def _is_due(connection: DuckDBPyConnection, entry: SyncedObject, purpose: Purpose, days: float) -> bool:
    last = ledger.last_done(connection, entry.name, purpose)
    return last is None or datetime.now(UTC) - last >= timedelta(days=days)


@dataclass(slots=True)
class _Taken:
    """The sums over everything that one object's sync brought."""

    results: list[LoadResult] = field(default_factory=list)
    batches: list[LandedBatch] = field(default_factory=list)

    def add(self, landed: Landed, result: LoadResult) -> None:
        self.results.append(result)
        if isinstance(landed, LandedBatch):
            self.batches.append(landed)

    def metadata(self) -> dict[str, Any]:
        rows = [batch for batch in self.batches if batch.purpose == "rows"]
        last = rows[-1]
        seconds = sum(batch.seconds for batch in self.batches) + sum(result.seconds for result in self.results)
        counted = ("rows_read", "inserted", "updated", "unchanged", "deleted", "rejected", "bytes")
        sums = {name: sum(getattr(result, name) for result in self.results) for name in counted}
        return {
            "mode": last.mode,
            **sums,
            "seconds": round(seconds, 3),
            "rows_per_second": round(sums["rows_read"] / seconds) if seconds else 0,
            "cursor": last.cursor_name or "none: read in full each time",
            "watermark": last.window_end.isoformat(),
            "lag_seconds": (last.source_now - last.window_end).total_seconds() if last.source_now else None,
        }


def options(settings: Settings) -> FetchOptions:
    """The settings in the connector's words."""
    return FetchOptions(
        parallel_pages=settings.parallel_pages, rest_rows=settings.rest_rows, choice=settings.field_choice
    )
