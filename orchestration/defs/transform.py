"""dbt's models and seeds as Dagster assets, its tests as asset checks. The SQL is in `dbt_project`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from duckdb import DuckDBPyConnection

from connectors.warehouse import ledger
from expectations.verdict import Verdict
from orchestration import building, dbt
from orchestration.defs.resources import POOL, Warehouse
from orchestration.exits import ChecksFailedError, explained

TRANSLATOR = DagsterDbtTranslator()
SUITE = "dbt"


@cache
def manifest() -> Mapping[str, Any]:
    """dbt's parsed project, read once for each process."""
    return dbt.manifest()


def marts_keys() -> list[dg.AssetKey]:
    """The asset keys of every published table."""
    return [
        TRANSLATOR.get_asset_key(node)
        for node in manifest()["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    ]


def models() -> dg.AssetsDefinition:
    """All of dbt in one step, so that one connection and one parse serve every model."""

    @dbt_assets(manifest=manifest(), pool=POOL, name="build_models")
    def build_models(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        with explained(), warehouse.lock() as settings:
            results = building.build(settings, select=_selection(context))
            with warehouse.session(settings) as connection:
                shapes = _shapes(connection)
                ledger.record_checks(
                    connection,
                    context.run_id,
                    [_verdict(r) for r in results if r.is_test and r.status != "skipped"],
                )
        yield from _events(context, results, shapes)
        with explained():
            _raise_if_broken(results)

    return build_models


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """dbt's own words for what Dagster selected; nothing if that is everything."""
    chosen = context.selected_asset_keys
    nodes = [n for n in manifest()["nodes"].values() if n["resource_type"] in ("model", "seed", "snapshot")]
    names = [n["name"] for n in nodes if TRANSLATOR.get_asset_key(n) in chosen]
    if len(names) == len(nodes):
        return []
    checks = {key.name for key in context.selected_asset_check_keys}
    return names or [n["name"] for n in manifest()["nodes"].values() if n["name"] in checks]


def _shapes(connection: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Row count and columns of every table that dbt builds, by `schema/table`."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where schema_name in ('staging', 'intermediate', 'marts', 'snapshots') order by all"
    ).fetchall()
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('intermediate', 'marts', 'snapshots')"
    ).fetchall()
    found: dict[str, dict[str, Any]] = {}
    for schema, table, name, kind, comment in columns:
        entry = found.setdefault(f"{schema}/{table}", {"columns": []})
        entry["columns"].append(dg.TableColumn(name=name, type=kind, description=comment))
    for schema, table in tables:
        row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
        found[f"{schema}/{table}"]["rows"] = row[0] if row else 0
    return found


def _metadata(shape: Mapping[str, Any] | None, result: dbt.NodeResult) -> dict[str, Any]:
    metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
    if result.status == "unchanged":
        # An asset without an event would keep what follows it in this run from running.
        metadata["left as it was"] = result.message
    if shape is not None:
        metadata["dagster/column_schema"] = dg.TableSchema(columns=shape["columns"])
        if "rows" in shape:
            metadata["dagster/row_count"] = shape["rows"]
    return metadata


def _events(
    context: dg.AssetExecutionContext, results: Sequence[dbt.NodeResult], shapes: Mapping[str, dict[str, Any]]
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    outputs = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
    for result in results:
        if result.is_test:
            yield from _check_events(context, result)
        elif result.status in ("success", "unchanged"):
            key = TRANSLATOR.get_asset_key(manifest()["nodes"][result.unique_id])
            if key in context.selected_asset_keys:
                shape = shapes.get(key.to_user_string())
                yield dg.Output(None, output_name=outputs[key], metadata=_metadata(shape, result))


def _check_events(context: dg.AssetExecutionContext, result: dbt.NodeResult) -> Iterator[dg.AssetCheckResult]:
    key = get_asset_check_key_for_test(manifest(), TRANSLATOR, result.unique_id, project=None)
    if key is None or key not in context.selected_asset_check_keys or result.status == "skipped":
        return
    severity = dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR
    yield dg.AssetCheckResult(
        passed=result.status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=severity,
        metadata={"failing rows": result.failures, "message": result.message, "seconds": result.seconds},
    )


def _verdict(result: dbt.NodeResult) -> Verdict:
    """A test in the words that the ledger of checks keeps."""
    node = manifest()["nodes"][result.unique_id]
    attached = manifest()["nodes"].get(node.get("attached_node") or "", {})
    return Verdict(
        suite=SUITE,
        check=node["name"],
        table=f"{attached['schema']}.{attached['name']}" if attached else "",
        severity="warning" if node["config"].get("severity", "error").lower() == "warn" else "error",
        is_passed=result.status == "pass",
        failing_count=result.failures,
        evaluated_count=0,
        sample=(),
        description=node.get("description") or "",
    )


def _raise_if_broken(results: Sequence[dbt.NodeResult]) -> None:
    """A model that could not be built, or a fact that must hold and does not, ends the run here."""
    broken = [f"{r.unique_id}: {r.message.strip()}" for r in results if r.status == "error"]
    if broken:
        raise dbt.DbtError("build", f"{len(broken)} of {len(results)} nodes failed:\n" + "\n".join(broken[:10]))
    failed = [r.unique_id.split(".")[2] for r in results if r.status == "fail"]
    if failed:
        raise ChecksFailedError(failed)
