"""Says that a run failed where somebody looks: a notice in the outbox, besides Dagster's own page."""

import logging

import dagster as dg

from orchestration.settings import load_settings

FOLDER = "failures"
log = logging.getLogger("salespulse.failures")


@dg.run_failure_sensor(
    name="report_failure",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes outbox/failures/<run>.txt with what failed and what to do.",
)
def report_failure(context: dg.RunFailureSensorContext) -> None:
    run = context.dagster_run
    folder = load_settings().outbox / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    steps = [event.message or "" for event in context.get_step_failure_events()]
    notice = folder / f"{run.run_id}.txt"
    notice.write_text(
        f"The run {run.run_id} of the job {run.job_name} failed.\n\n"
        + "\n".join([context.failure_event.message or "", *steps])
        + "\n\nThe published version is the last good one. See the run in Dagster (make dev), mend the cause and "
        "run `salespulse run` again: nothing is lost, nothing is loaded twice.\n"
    )
    log.error("Run %s of %s failed: %s", run.run_id, run.job_name, notice)
