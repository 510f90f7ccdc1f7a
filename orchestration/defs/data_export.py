"""From a Data Export of Salesforce into `raw_salesforce`: the same assets, in the place of the org's sync.

The files are `connectors.data_export`'s business, the types those of the table of objects. What the table
does not know is text.
"""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection

from connectors.data_export.archive import Export, open_export
from connectors.data_export.landing import land
from connectors.landed import Column
from connectors.salesforce.describe import expected_columns
from connectors.salesforce.naming import column_names, table_name
from connectors.salesforce.objects import OBJECTS, STAMPS
from connectors.warehouse import ledger
from connectors.warehouse.errors import OtherOrgError
from connectors.warehouse.landing import LoadResult, load, recover
from connectors.warehouse.schemas import ensure_table, stored_types
from orchestration import choosing
from orchestration.defs import ingest
from orchestration.defs.resources import POOL, Warehouse
from orchestration.exits import explained
from orchestration.settings import Settings

log = logging.getLogger("salespulse.sync")


def objects(settings: Settings) -> dg.AssetsDefinition:
    """The raw tables, as one step that loads whichever of them are selected from the export."""

    declared = choosing.object_names(settings)

    @dg.multi_asset(
        name="sync_objects",
        specs=[_spec(name) for name in declared],
        can_subset=True,
        pool=POOL,
    )
    def sync_objects(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult[None]]:
        chosen = [name for name in declared if _key(name) in context.selected_asset_keys]
        with explained(), warehouse.lock() as current, warehouse.session(current) as connection:
            recover(connection, current.landing)
            for name, result in load_export(connection, current, chosen, context.run_id):
                yield dg.MaterializeResult(asset_key=_key(name), metadata=_metadata(connection, name, result))

    return sync_objects


def load_export(
    connection: DuckDBPyConnection, settings: Settings, names: Sequence[str], run_id: str
) -> Iterator[tuple[str, LoadResult | None]]:
    """Load what is in the export and was not loaded yet; None for an object that stays as it is.

    An object that is not in the export keeps the rows of an earlier one, or has none.
    """
    assert settings.export_folder is not None  # else the org is synced
    export = open_export(settings.export_folder.expanduser().absolute())
    org_id = f"data export of {export.org_id or Path(export.path).name}"
    _refuse_other_org(connection, org_id)
    _make_missing_tables(connection, names, export)
    there = [name for name in names if name in export.files]
    new = [name for name in there if not _is_loaded(connection, name, export)]
    batches = land(export, new, table_of=table_name, columns_of=_columns, landing=settings.landing, run_id=run_id)
    for batch in batches:
        result = load(
            connection,
            batch,
            expected=expected_columns(batch.object_name),
            run_id=run_id,
            instance_url=str(export.path),
            time_zone=_time_zone(connection),
            org_id=org_id,
        )
        yield batch.object_name, result
    for name in names:
        if name not in there:
            log.warning("%s: it is not in the export; its table stays as it is", name)
        if name not in new:
            yield name, None


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey([ingest.GROUP, table_name(name)])


def _spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(name),
        group_name=ingest.GROUP,
        kinds={"salesforce", "csv", "duckdb"},
        owners=["team:data-engineering"],
        description=f"Salesforce {name} from a Data Export: every exported field, merged by Id.",
        metadata={"sobject": name},
    )


def _columns(object_name: str, header: Sequence[str]) -> list[Column]:
    """The columns of a header: known fields have their types, the others are text."""
    types = {column.source_name: column.duckdb_type for column in expected_columns(object_name)}
    types |= dict.fromkeys(STAMPS, "TIMESTAMP") | {"IsDeleted": "BOOLEAN"}
    names = column_names(object_name, header)
    return [Column(field, names[field], types.get(field, "VARCHAR")) for field in header]


def _refuse_other_org(connection: DuckDBPyConnection, org_id: str) -> None:
    """An org and its export are kept apart too: after an export no cursor tells what the org changed since."""
    for state in ledger.sync_states(connection):
        if state.org_id != org_id:
            raise OtherOrgError(state.org_id or state.instance_url, org_id)


def _make_missing_tables(connection: DuckDBPyConnection, names: Sequence[str], export: Export) -> None:
    for name in dict.fromkeys([*(entry.name for entry in OBJECTS), *names]):
        table = table_name(name)
        if (name not in names or name not in export.files) and not stored_types(connection, table):
            expected = expected_columns(name) or [Column("Id", "id", "VARCHAR")]
            ensure_table(connection, table, (), expected=expected, object_name=name)


def _is_loaded(connection: DuckDBPyConnection, name: str, export: Export) -> bool:
    """Whether these very files were the object's last load."""
    loads = [one for one in ledger.latest_loads(connection) if one.object_name == name]
    return bool(loads) and loads[0].job_id == export.mark(name)


def _time_zone(connection: DuckDBPyConnection) -> str | None:
    """That of the org, once its one row is loaded."""
    if "time_zone_sid_key" not in stored_types(connection, "organization"):
        return None
    row = connection.execute("SELECT max(time_zone_sid_key) FROM raw_salesforce.organization").fetchone()
    return row[0] if row else None


def _metadata(connection: DuckDBPyConnection, name: str, result: LoadResult | None) -> dict[str, Any]:
    rows = sum(state.row_count for state in ledger.sync_states(connection) if state.object_name == name)
    metadata: dict[str, Any] = {"sobject": name, "dagster/row_count": rows}
    if result is not None:
        metadata |= {
            "mode": result.mode,
            "rows_read": result.rows_read,
            "inserted": result.inserted,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "deleted": result.deleted,
            "rejected": result.rejected,
            "bytes": result.bytes,
            "seconds": round(result.seconds, 3),
            "watermark": result.window_end.isoformat(),
        }
    return metadata
