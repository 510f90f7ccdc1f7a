"""From the CRM into `raw_salesforce`: one asset for each object, all fetched by one step.

The protocol is `connectors.salesforce`, the load `connectors.warehouse`; this module hands the pages of
the one to the other, object by object, so that what has been loaded stays loaded.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import dagster as dg

from connectors.salesforce.address import is_loopback
from connectors.salesforce.client import Client
from connectors.salesforce.describe import expected_columns
from connectors.salesforce.errors import LoginError, QuotaExceededError, SalesforceError, UnreachableError
from connectors.salesforce.extract import extract
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import OBJECTS, SyncedObject
from connectors.salesforce.organization import fetch_organization
from connectors.salesforce.plan import resolve_objects
from connectors.warehouse import ledger
from connectors.warehouse.errors import OtherOrgError, WarehouseError
from connectors.warehouse.landing import LoadResult, load
from connectors.warehouse.schemas import ensure_table, stored_columns
from orchestration.defs.resources import POOL, Crm, Warehouse
from orchestration.exits import explained
from orchestration.settings import Settings

GROUP = "raw_salesforce"
# After these no other object would fare better.
FATAL = (LoginError, QuotaExceededError, UnreachableError)

log = logging.getLogger("salespulse.sync")


@dataclass(frozen=True, slots=True)
class _Sync:
    """What all objects of one sync have in common."""

    client: Client
    warehouse: Warehouse
    settings: Settings
    run_id: str
    time_zone: str


def object_names(settings: Settings) -> list[str]:
    """The sObjects to sync: those of the setting, else the table."""
    return list(settings.objects) or [entry.name for entry in OBJECTS]


def objects(settings: Settings) -> dg.AssetsDefinition:
    """The raw tables, as one step that fetches whichever of them are selected."""

    @dg.multi_asset(
        name="sync_objects",
        specs=[_spec(name) for name in object_names(settings)],
        can_subset=True,
        pool=POOL,
    )
    def sync_objects(
        context: dg.AssetExecutionContext, crm: Crm, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        chosen = context.selected_asset_keys
        with explained(), warehouse.lock() as settings, crm.client(settings) as client:
            plan = resolve_objects(client, settings.objects)
            _make_missing_tables(warehouse, settings, {entry.name for entry in plan.objects})
            organization = fetch_organization(client)
            _refuse_other_org(warehouse, settings, organization.id, client.instance_url)
            sync = _Sync(client, warehouse, settings, context.run_id, organization.time_zone)
            wanted = [entry for entry in plan.objects if _key(entry.name) in chosen]
            yield from _sync_all(sync, wanted)
            for name in plan.missing:
                log.warning("%s: this org does not offer it to this user; its table stays empty", name)
                yield dg.MaterializeResult(asset_key=_key(name), metadata={"sobject": name, "dagster/row_count": 0})

    return sync_objects


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey([GROUP, table_name(name)])


def _spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(name),
        group_name=GROUP,
        kinds={"salesforce", "duckdb"},
        owners=["team:data-engineering"],
        description=f"Salesforce {name}: every queryable field, merged by Id, deletions marked.",
        metadata={"sobject": name},
    )


def _refuse_other_org(warehouse: Warehouse, settings: Settings, org_id: str, instance_url: str) -> None:
    """One home holds one org. Its id tells, and where Organization was not synced, loopback or not does."""
    with warehouse.session(settings) as connection:
        held = []
        if "id" in stored_columns(connection, "organization"):
            held = [row[0] for row in connection.execute("select id from raw_salesforce.organization").fetchall()]
        urls = {state.instance_url for state in ledger.sync_states(connection)}
    if held and org_id not in held:
        raise OtherOrgError(held[0], org_id)
    for url in urls:
        if url and is_loopback(urlsplit(url).hostname or "") != is_loopback(urlsplit(instance_url).hostname or ""):
            raise OtherOrgError(url, instance_url)


def _make_missing_tables(warehouse: Warehouse, settings: Settings, synced: set[str]) -> None:
    """The models read every table of the table of objects, also those that are not synced: they are empty."""
    with warehouse.session(settings) as connection:
        for entry in OBJECTS:
            table = table_name(entry.name)
            if entry.name not in synced and not stored_columns(connection, table):
                ensure_table(connection, table, (), expected=expected_columns(entry.name), object_name=entry.name)


def _sync_all(sync: _Sync, wanted: list[SyncedObject]) -> Iterator[dg.MaterializeResult[None]]:
    """One object after the other. One that fails does not keep the others from coming; the step fails all the same."""
    failed: list[SalesforceError | WarehouseError] = []
    for entry in wanted:
        try:
            yield _sync_one(sync, entry)
        except FATAL:
            raise
        except (SalesforceError, WarehouseError) as error:
            log.error("%s: %s", entry.name, error)
            failed.append(error)
    if failed:
        raise failed[0]


def _sync_one(sync: _Sync, entry: SyncedObject) -> dg.MaterializeResult[None]:
    table = table_name(entry.name)
    with sync.warehouse.session(sync.settings) as connection:
        cursor = ledger.cursor(connection, entry.name)
        known = ledger.known_columns(connection, table) if cursor else None
    batch = extract(
        sync.client,
        entry.name,
        landing_dir=sync.settings.landing,
        cursor=cursor,
        expected_fields=entry.fields,
        run_id=sync.run_id,
        known_columns=known,
    )
    with sync.warehouse.session(sync.settings) as connection:
        result = load(
            connection,
            batch,
            expected=expected_columns(entry.name) if entry.fields else (),
            run_id=sync.run_id,
            instance_url=sync.client.instance_url,
            time_zone=sync.time_zone,
        )
        rows = sum(s.row_count for s in ledger.sync_states(connection) if s.object_name == entry.name)
    return dg.MaterializeResult(asset_key=_key(entry.name), metadata=_metadata(entry, result, rows, batch.seconds))


def _metadata(entry: SyncedObject, result: LoadResult, rows: int, fetch_seconds: float) -> dict[str, Any]:
    return {
        "sobject": entry.name,
        "dagster/row_count": rows,
        "mode": result.mode,
        "rows_read": result.rows_read,
        "inserted": result.inserted,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "deleted": result.deleted,
        "rejected": result.rejected,
        "bytes": result.bytes,
        "seconds": round(fetch_seconds + result.seconds, 3),
        "watermark": result.window_end.isoformat(),
    }
