"""Asks Dagster to materialize a job in this process, and says how it went.

The road is the same as the daemon's: same assets, same checks, same pool, same run history. No printing.
"""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from connectors.warehouse.connection import RunLock
from connectors.warehouse.errors import WarehouseFolderError
from orchestration.console import phase_of
from orchestration.exits import Exit
from orchestration.settings import Settings

DAGSTER_YAML = Path(__file__).parent / "dagster.yaml"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one fact about one table."""

    table: str
    check: str
    severity: str
    is_passed: bool
    failing_count: int
    sample: Any = None


@dataclass(slots=True)
class Outcome:
    """What a command did.

    `phases` are seconds. `objects` maps an sObject, `tables` a table, `exports` an export to what was
    measured of it.
    """

    command: str
    run_id: str = ""
    exit_code: int = Exit.OK
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    published: dict[str, Any] = field(default_factory=dict)
    exports: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def failed_checks(self) -> list[Check]:
        """The worst first."""
        failed = [check for check in self.checks if not check.is_passed]
        return sorted(failed, key=lambda c: (c.severity != "error", -c.failing_count))

    def document(self) -> dict[str, Any]:
        """The same as plain values, for `--json`."""
        return asdict(self)


def prepare_home(settings: Settings) -> None:
    """Make SALESPULSE_HOME and tell Dagster that it lives in there. Raises WarehouseFolderError."""
    try:
        settings.dagster_home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DAGSTER_YAML, settings.dagster_home / DAGSTER_YAML.name)
    except OSError as error:
        raise WarehouseFolderError(settings.root, error.strerror or str(error)) from error
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def execute(job_name: str, settings: Settings, definitions: dg.Definitions) -> Outcome:
    """Run a job to its end. Raises WarehouseLockedError; what fails within is in the outcome."""
    outcome = Outcome(job_name)
    started = time.monotonic()
    with RunLock(settings.root), dg.DagsterInstance.get() as instance:
        result = definitions.resolve_job_def(job_name).execute_in_process(
            instance=instance, raise_on_error=False, run_config={"loggers": {"events": {}}}
        )
    outcome.run_id = result.run_id
    for event in result.all_events:
        _take(outcome, event)
    outcome.seconds = round(time.monotonic() - started, 2)
    if outcome.exit_code == Exit.OK and any(c.severity == "error" for c in outcome.failed_checks):
        outcome.exit_code = Exit.CHECKS_FAILED
    if outcome.exit_code == Exit.OK and not result.success:
        outcome.exit_code = Exit.FAILED
    return outcome


def _take(outcome: Outcome, event: dg.DagsterEvent) -> None:
    """Add to the outcome what one event says."""
    if event.is_step_success and event.step_key:
        milliseconds = event.step_success_data.duration_ms
        outcome.phases[phase_of(event.step_key)] = round(milliseconds / 1000, 2)
    elif event.is_step_failure:
        _take_failure(outcome, event)
    elif event.is_step_materialization:
        _take_asset(outcome, event.step_materialization_data.materialization)
    elif event.event_type_value == "ASSET_CHECK_EVALUATION":
        evaluation = event.asset_check_evaluation_data
        values = _plain(evaluation.metadata)
        outcome.checks.append(
            Check(
                table=evaluation.asset_key.to_user_string(),
                check=evaluation.check_name,
                severity="error" if evaluation.severity == dg.AssetCheckSeverity.ERROR else "warning",
                is_passed=evaluation.passed,
                failing_count=int(values.get("failing", 0)),
                sample=values.get("sample"),
            )
        )


def _take_failure(outcome: Outcome, event: dg.DagsterEvent) -> None:
    failure = event.step_failure_data
    said = failure.user_failure_data
    phase = phase_of(event.step_key or "")
    if said is not None and "exit_code" in said.metadata:
        outcome.exit_code = outcome.exit_code or Exit(_plain(said.metadata)["exit_code"])
        outcome.errors.append(f"{phase}: {said.description}")
        return
    is_blocked = failure.error is not None and failure.error.cls_name == "DagsterAssetCheckFailedError"
    outcome.exit_code = outcome.exit_code or (Exit.CHECKS_FAILED if is_blocked else Exit.FAILED)
    outcome.errors.append(f"{phase}: {_innermost(failure.error)}")


def _innermost(error: Any) -> str:
    while error is not None and error.cause is not None:
        error = error.cause
    return "it ended without saying why" if error is None else error.message.strip()


def _take_asset(outcome: Outcome, asset: dg.AssetMaterialization) -> None:
    values = _plain(asset.metadata)
    key: Sequence[str] = asset.asset_key.path
    match key[0]:
        case "raw_salesforce":
            outcome.objects[str(values.get("sobject", key[-1]))] = values
        case "published":
            outcome.published = values
        case "exports":
            outcome.exports[key[-1]] = values
        case _ if "row_count" in values:
            outcome.tables["/".join(key)] = values["row_count"]


def _plain(metadata: Any) -> dict[str, Any]:
    """Dagster's metadata as plain values, without the schemas."""
    return {
        name.removeprefix("dagster/"): value.value
        for name, value in metadata.items()
        if name != "dagster/column_schema"
    }
