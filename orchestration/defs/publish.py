"""The version that readers see: a fresh file, Parquet, the report and finance's forecast, swapped in at once."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from connectors.warehouse.publish import FILE_NAME, publish
from connectors.warehouse.retention import prune
from orchestration.defs.resources import POOL, Warehouse
from orchestration.exits import explained
from orchestration.finance_file import write_forecast
from orchestration.report.page import render

KEY = dg.AssetKey(["published", "sales_metrics"])
REPORT = Path("report") / "index.html"


def published(deps: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published version, made of the marts in `deps`."""

    @dg.asset(
        key=KEY,
        deps=deps,
        pool=POOL,
        group_name="published",
        kinds={"duckdb", "parquet", "html"},
        owners=["team:sales-analytics"],
        description="current/sales_metrics.duckdb with the marts, current/parquet, current/report and current/finance.",
    )
    def publish_version(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
        with explained(), warehouse.lock() as settings, warehouse.session(settings) as connection:
            done = publish(
                connection,
                settings.root,
                run_id=context.run_id,
                render=_writer(settings.time_zone),
                keep=settings.keep_versions,
            )
            prune(connection, settings.landing, settings.landing_days)
        return dg.MaterializeResult(
            metadata={
                "version": done.version,
                "file": dg.MetadataValue.path(str(settings.published_file)),
                "report": dg.MetadataValue.path(str(settings.report_file)),
                "tables": dg.MetadataValue.json(dict(done.tables)),
                "dagster/row_count": sum(done.tables.values()),
                "bytes": done.bytes,
            }
        )

    return publish_version


def _writer(time_zone: str) -> Callable[[Path], None]:
    """The report and finance's forecast are part of the version: they are written into it before readers see it."""

    def write(version: Path) -> None:
        target = version / REPORT
        target.parent.mkdir(parents=True)
        target.write_bytes(render(version / FILE_NAME, time_zone))
        write_forecast(version)

    return write
