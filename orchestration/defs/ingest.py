"""From the CRM into `raw_salesforce`: one asset for each object, all fetched by one step.

The protocol is `connectors.salesforce`, the load `connectors.warehouse`; this module hands the pages of
the one to the other, object by object, so that what has been loaded stays loaded.
"""

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

import dagster as dg
from duckdb import DuckDBPyConnection

from connectors.salesforce.address import is_loopback
from connectors.salesforce.describe import expected_columns
from connectors.salesforce.errors import LoginError, QuotaExceededError, SalesforceError, UnreachableError
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import OBJECTS, SyncedObject, is_optional
from connectors.salesforce.organization import fetch_organization
from connectors.salesforce.plan import resolve_objects
from connectors.warehouse import ledger
from connectors.warehouse.errors import OtherOrgError, WarehouseError
from connectors.warehouse.landing import recover
from connectors.warehouse.retention import prune
from connectors.warehouse.schemas import ensure_table, stored_types
from orchestration import choosing
from orchestration.defs.resources import POOL, Crm, Warehouse
from orchestration.exits import explained
from orchestration.intake import Intake
from orchestration.settings import Settings

GROUP = "raw_salesforce"
# After these no other object would fare better.
FATAL = (LoginError, QuotaExceededError, UnreachableError)

log = logging.getLogger("salespulse.sync")


def objects(settings: Settings) -> dg.AssetsDefinition:
    """The raw tables, as one step that fetches whichever of them are selected."""

    declared = choosing.object_names(settings)

    @dg.multi_asset(
        name="sync_objects",
        specs=[_spec(name) for name in declared],
        can_subset=True,
        pool=POOL,
    )
    def sync_objects(
        context: dg.AssetExecutionContext, crm: Crm, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        chosen = context.selected_asset_keys
        with (
            explained(),
            warehouse.lock() as settings,
            crm.client(settings) as client,
            warehouse.lent(settings) as lender,
        ):
            with lender.use() as connection:
                recover(connection, settings.landing)
            plan = resolve_objects(client, settings.objects, settings.objects_exclude)
            _tell_strangers(settings, [entry.name for entry in plan.objects], declared)
            organization = fetch_organization(client)
            with lender.use() as connection:
                _make_missing_tables(connection, {entry.name for entry in plan.objects})
                _refuse_other_org(connection, organization.id, client.instance_url)
            intake = Intake(client, lender, settings, context.run_id, organization)
            try:
                yield from _sync_all(intake, [entry for entry in plan.objects if _key(entry.name) in chosen])
            finally:
                intake.note_calls()
            with lender.use() as connection:
                prune(connection, settings.landing, settings.landing_days)
            for name in (name for name in plan.missing if _key(name) in chosen):
                level = logging.INFO if is_optional(name) else logging.WARNING
                log.log(level, "%s: this org does not offer it to this user; its table stays empty", name)
                yield dg.MaterializeResult(asset_key=_key(name), metadata={"sobject": name, "dagster/row_count": 0})

    return sync_objects


def _tell_strangers(settings: Settings, wanted: list[str], declared: list[str]) -> None:
    """Objects that came to match a pattern since Dagster loaded its assets: they are assets when it loads again."""
    choosing.remember(settings, wanted)
    if strangers := [name for name in wanted if name not in declared]:
        message = (
            "%s: not synced yet, for Dagster loaded before they were known; reload the code location and run again"
        )
        log.warning(message, ", ".join(strangers))


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


def _refuse_other_org(connection: DuckDBPyConnection, org_id: str, instance_url: str) -> None:
    """One home holds one org. Its id tells, and where no row of it was ever kept, loopback or not does."""
    states = ledger.sync_states(connection)
    held = {state.org_id for state in states if state.org_id} or _stored_org_ids(connection)
    if held and org_id not in held:
        raise OtherOrgError(min(held), org_id)
    for url in {state.instance_url for state in states if not state.org_id}:
        if url and is_loopback(urlsplit(url).hostname or "") != is_loopback(urlsplit(instance_url).hostname or ""):
            raise OtherOrgError(url, instance_url)


def _stored_org_ids(connection: DuckDBPyConnection) -> set[str]:
    """Before ids were kept with the cursors they were in the table of Organization, if that was synced."""
    if "id" not in stored_types(connection, "organization"):
        return set()
    return {row[0] for row in connection.execute("select id from raw_salesforce.organization").fetchall()}


def _make_missing_tables(connection: DuckDBPyConnection, synced: set[str]) -> None:
    """The models read every table of the table of objects, also those that are not synced: they are empty."""
    for entry in OBJECTS:
        table = table_name(entry.name)
        if entry.name not in synced and not stored_types(connection, table):
            ensure_table(connection, table, (), expected=expected_columns(entry.name), object_name=entry.name)


def _sync_all(intake: Intake, wanted: list[SyncedObject]) -> Iterator[dg.MaterializeResult[None]]:
    """One object after the other. One that fails does not keep the others from coming; the step fails all the same."""
    failed: list[SalesforceError | WarehouseError] = []
    for entry in wanted:
        try:
            yield dg.MaterializeResult(asset_key=_key(entry.name), metadata=intake.take(entry))
        except FATAL:
            raise
        except (SalesforceError, WarehouseError) as error:
            log.error("%s: %s", entry.name, error)
            failed.append(error)
    if failed:
        raise failed[0]
