"""A component: one export as an asset, a job and a schedule, from a few lines of YAML.

What the packs hold is in `contents`, who may see what in `audience`, how they are filed in `export`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import dagster as dg
from pydantic import Field

from connectors.delivery.rendering import Format
from orchestration.components.export import Export, ExportError, Outcome, run
from orchestration.settings import load_settings

PUBLISHED = dg.AssetKey(["published", "sales_metrics"])


class ScheduledExport(dg.Component, dg.Resolvable, dg.Model):
    """Packs for an audience, from the published version, on a schedule."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Names asset, job and outbox folder.")]
    title: Annotated[str, Field(min_length=1, description="Title of the packs.")]
    audience: Annotated[Literal["managers"], Field(description="managers: one pack per manager.")] = "managers"
    scope: Annotated[Literal["subtree"], Field(description="subtree: everybody below the reader.")] = "subtree"
    formats: Annotated[
        Sequence[Literal["xlsx", "csv", "mail"]], Field(min_length=1, description="Files of a pack.")
    ] = ("xlsx", "csv", "mail")
    channel: Annotated[Literal["outbox"], Field(description="outbox: a folder; nobody is mailed.")] = "outbox"
    cron: Annotated[str, Field(description="When, in cron's five fields.")] = "0 7 * * 1"
    time_zone: Annotated[
        str | None, Field(description="Zone of the schedule and of the packs' times; default SALESPULSE_TIME_ZONE.")
    ] = None
    is_running: Annotated[bool, Field(description="Whether the schedule runs from the start.")] = True
    suppressed: Annotated[Sequence[str], Field(description="User ids or mail addresses that get no pack.")] = ()
    owners: Annotated[Sequence[str], Field(description="Who answers for the export.")] = ("team:sales-operations",)

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002
        asset = self._asset()
        job = dg.define_asset_job(f"export_{self.name}", selection=[asset], description=f"Deliver: {self.title}.")
        schedule = dg.ScheduleDefinition(
            name=f"export_{self.name}_schedule",
            job=job,
            cron_schedule=self.cron,
            execution_timezone=self.zone,
            # The packs are expected without anybody asking, and the outbox mails nobody: on from the start.
            default_status=dg.DefaultScheduleStatus.RUNNING if self.is_running else dg.DefaultScheduleStatus.STOPPED,
            description=f"{self.title}: {self.cron} ({self.zone}).",
        )
        return dg.Definitions(assets=[asset], jobs=[job], schedules=[schedule])

    @property
    def zone(self) -> str:
        """The zone in which the schedule ticks and the packs' times are written."""
        return self.time_zone or load_settings().time_zone

    def _asset(self) -> dg.AssetsDefinition:
        @dg.asset(
            key=dg.AssetKey(["exports", self.name]),
            group_name="export",
            kinds={"duckdb", "excel", "email"},
            owners=list(self.owners),
            deps=[PUBLISHED],
            description=(
                f"{self.title}: one pack ({', '.join(self.formats)}) for each manager with only the work of the "
                "people below, checked row by row before it is filed in the outbox. Reads the published version; "
                "a pack that was delivered already is not delivered again."
            ),
        )
        def packs() -> dg.MaterializeResult[None]:
            return self._deliver()

        return packs

    def _deliver(self) -> dg.MaterializeResult[None]:
        settings = load_settings()
        outcome = run(
            self.export, settings.published_file, settings.outbox, time_zone=self.zone, sender=settings.mail_from
        )
        metadata = self._metadata(outcome, str(settings.outbox / self.name))
        if outcome.failures:
            error = ExportError(self.name, outcome.failures)
            raise dg.Failure(str(error), metadata=metadata, allow_retries=False) from error
        return dg.MaterializeResult(metadata=metadata)

    @property
    def export(self) -> Export:
        formats: tuple[Format, ...] = tuple(self.formats)
        return Export(self.name, self.title, formats, frozenset(entry.lower() for entry in self.suppressed))

    def _metadata(self, outcome: Outcome, folder: str) -> dict[str, dg.MetadataValue]:
        lines = [f"| {name} | {d.status} | {', '.join(d.files)} |" for name, d in outcome.deliveries]
        lines += [f"| {name} | failed | {type(error).__name__} |" for name, error in outcome.failures]
        lines += [f"| {name} | left out | |" for name in outcome.left_out]
        return {
            "packs_written": dg.MetadataValue.int(outcome.count("delivered", "replaced")),
            "packs_delivered_before": dg.MetadataValue.int(outcome.count("already_delivered")),
            "packs_failed": dg.MetadataValue.int(len(outcome.failures)),
            "published_version": dg.MetadataValue.text(outcome.version),
            "recipients": dg.MetadataValue.md("\n".join(["| reader | result | files |", "|---|---|---|", *lines])),
            "path": dg.MetadataValue.path(folder),
        }
