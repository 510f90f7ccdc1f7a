"""Puts the assets, checks, jobs and schedules together that depend on the settings.

The one module of this folder with a definitions function: a module has either such a function or bare
definitions (`forecast`, `finance`, `failures`), for Dagster would pass over the bare ones beside a function.
"""

import dagster as dg

from orchestration.console import event_logger
from orchestration.defs import data_export, finance, forecast, ingest, publish, transform, validate
from orchestration.defs.resources import FRESHNESS, Crm, Warehouse
from orchestration.settings import Settings, load_settings

EXPORTS = dg.AssetSelection.groups("export")
PUBLISHED = dg.AssetSelection.assets(publish.KEY)
RAW = dg.AssetSelection.groups(ingest.GROUP, finance.GROUP)


def jobs() -> dict[str, dg.AssetSelection]:
    """What each job materializes. `all` is the main job, `refresh` the same without the packs."""
    built = dg.AssetSelection.all() - RAW - PUBLISHED - EXPORTS
    return {
        "sync": RAW,
        "build": built,
        "check": dg.AssetSelection.all_asset_checks(),
        "publish": PUBLISHED,
        "export": EXPORTS,
        "refresh": dg.AssetSelection.all() - EXPORTS,
        "all": dg.AssetSelection.all(),
    }


def build_definitions(settings: Settings) -> dg.Definitions:
    """What the settings decide. What does not depend on them is found by itself."""
    source = ingest if settings.export_folder is None else data_export
    objects = source.objects(settings)
    marts = [*transform.marts_keys(), forecast.KEY]
    assets: list[dg.AssetsDefinition] = [
        objects,
        transform.models(),
        publish.published(marts),
    ]
    selections = [
        dg.define_asset_job(name, selection, executor_def=dg.in_process_executor) for name, selection in jobs().items()
    ]
    refresh = next(job for job in selections if job.name == "refresh")
    defs = dg.Definitions(
        assets=assets,
        asset_checks=validate.checks([*objects.keys, *transform.marts_keys()], late=[forecast.KEY]),
        jobs=selections,
        schedules=[
            dg.ScheduleDefinition(
                name="daily_refresh",
                job=refresh,
                cron_schedule="30 5 * * *",
                execution_timezone=settings.time_zone,
                default_status=dg.DefaultScheduleStatus.RUNNING,
                description="Sync, build, check and publish before the working day starts.",
            )
        ],
        loggers={"events": event_logger, "console": dg.colored_console_logger},
        resources={"warehouse": Warehouse(), "crm": Crm()},
        executor=dg.in_process_executor,
    )
    return defs.map_resolved_asset_specs(
        selection=dg.AssetSelection.assets(*transform.marts_keys()),
        func=lambda spec: spec.replace_attributes(freshness_policy=FRESHNESS),
    )


@dg.definitions
def pipeline() -> dg.Definitions:
    """What Dagster finds in this folder."""
    return build_definitions(load_settings())
