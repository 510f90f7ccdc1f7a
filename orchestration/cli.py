"""The command `salespulse`. It composes nothing: it asks Dagster to materialize, and prints what came of it."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from orchestration.settings import load_settings

if TYPE_CHECKING:
    from orchestration.inspection import Inspection

CONTEXT = {"help_option_names": ["-h", "--help"]}
EPILOG = "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 checks failed, 4 remote or login, 5 warehouse locked."
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout instead of text.")


@click.group(context_settings=CONTEXT, epilog=EPILOG)
@click.version_option(package_name="salespulse")
def cli() -> None:
    """See whether the sales process is followed, what the numbers are, and what the quarter will bring."""


def _job(command: str, job: str, text: str) -> None:
    @cli.command(command, help=text, epilog=EPILOG)
    @JSON
    def run(as_json: bool) -> None:
        sys.exit(_guarded(lambda: _execute(command, job, as_json), as_json))


_job("run", "all", "The main job: sync, build, check, publish and write the packs.")
_job("sync", "sync", "Fetch what changed in the org into the warehouse.")
_job("build", "build", "Build the marts from what has been synced, and test them.")
_job("check", "check", "Judge both borders and the process rules; exit code 3 if a fact does not hold.")
_job("publish", "publish", "Publish the marts, the Parquet files and the report as a new version.")
_job("export", "export", "Write the managers' packs from the published version.")


@cli.command(epilog=EPILOG)
@JSON
def status(as_json: bool) -> None:
    """Say what has been synced and published, and when."""
    sys.exit(_guarded(lambda: _report("status", as_json), as_json))


@cli.command(epilog=EPILOG)
@JSON
def doctor(as_json: bool) -> None:
    """Check settings, login, permissions, limits, disk and versions; change nothing."""
    sys.exit(_guarded(lambda: _report("doctor", as_json), as_json))


@cli.command(epilog=EPILOG)
@click.option("--accept-differences", is_flag=True, help="Swap even if the rebuilt tables are not the warehouse's.")
@JSON
def replay(accept_differences: bool, as_json: bool) -> None:
    """Rebuild the raw schema from the landing zone alone, compare it, and put it in place."""

    def rebuild() -> int:
        from orchestration.rebuilding import replay as rebuild

        found = rebuild(load_settings(), accepts_differences=accept_differences)
        return _tell(found, as_json)

    sys.exit(_guarded(rebuild, as_json))


@cli.command(context_settings={**CONTEXT, "ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def dev(arguments: tuple[str, ...]) -> None:
    """Open Dagster (page and daemon) on the same assets; further ARGUMENTS go to `dagster dev`."""

    def start() -> int:
        from orchestration.run import prepare_home

        prepare_home(load_settings())
        command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", *arguments]
        os.execv(sys.executable, command)

    sys.exit(_guarded(start, False))


@cli.group()
def sandbox() -> None:
    """The embedded Salesforce-compatible org."""


@sandbox.command(epilog=EPILOG)
@click.option("--port", default=8800, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--scale", default=1.0, show_default=True, help="1 is about 2,000 opportunities in three years.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same company.")
@click.option("--from-csv", type=click.Path(exists=True, file_okay=False), help="Fill the org from a folder.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False), help="TOML file that names the columns.")
@click.option("--now", help="The org's clock as an ISO instant; default: the present.")
@click.option("--session-id", help="The session id to accept; default: one of its own, printed.")
@click.option("--adherence-effect", type=float, help="Logit of winning that following the process adds; 0.6, also 0.")
@click.option("--fiscal-year-start-month", type=click.IntRange(1, 12), help="Default: 1, the calendar year.")
@click.option("--currencies", is_flag=True, default=None, help="Some accounts buy in EUR and GBP, at dated rates.")
@click.option("--live", is_flag=True, default=None, help="Let the clock run; else it stands until it is advanced.")
@click.option("--tls", is_flag=True, default=None, help="Speak https; the CA file of its certificate is printed.")
@click.option("--certificates", type=click.Path(file_okay=False), help="Folder to keep the certificate in, with --tls.")
def serve(**options: Any) -> None:
    """Serve the sandbox org until stopped (Ctrl-C)."""
    given = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
    arguments = [f"--{name}" if value is True else f"--{name}={value}" for name, value in given.items()]
    os.execv(sys.executable, [sys.executable, "-m", "connectors.sandbox", *arguments])


URL = click.option("--url", help="A running sandbox org's address; default: the embedded org of this home.")
CA_FILE = click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), help="What it prints with --tls.")


@sandbox.command(epilog=EPILOG)
@click.option("--days", type=float, default=0.0, help="How many days to live on.")
@click.option("--hours", type=float, default=0.0, help="How many hours to live on, added to the days.")
@click.option("--to", help="Up to this ISO instant instead.")
@URL
@CA_FILE
@JSON
def advance(days: float, hours: float, to: str | None, url: str | None, ca_file: str | None, as_json: bool) -> None:
    """Let the company live on: new, changed and deleted records come as they would.

    The next sync fetches them, and the next packs tell of them: `salespulse sandbox advance --days 7`, then
    `salespulse run`, is a week in the life of a sales team. The clock never goes back.
    """

    def move() -> int:
        from orchestration.sandbox import parse_step

        now = _sandbox_org(url, ca_file).advance(*parse_step(days, hours, to))
        click.echo(json.dumps({"now": now.isoformat()}) if as_json else f"The sandbox org has lived until {now}")
        return 0

    sys.exit(_guarded(move, as_json))


@sandbox.command("status", epilog=EPILOG)
@URL
@CA_FILE
@JSON
def sandbox_status(url: str | None, ca_file: str | None, as_json: bool) -> None:
    """Say how far the org has lived, and of a running one what it holds and what is switched on."""

    def tell() -> int:
        told = _sandbox_org(url, ca_file).status()
        if as_json:
            click.echo(json.dumps(told, indent=2))
        else:
            lines = {**told, "counts": ", ".join(f"{name} {n:,}" for name, n in told.get("counts", {}).items() if n)}
            click.echo("\n".join(f"{name}: {value}" for name, value in lines.items() if value not in ("", [], None)))
        return 0

    sys.exit(_guarded(tell, as_json))


@sandbox.command(epilog=EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@URL
@CA_FILE
def bookings(file: Path, url: str | None, ca_file: str | None) -> None:
    """Write what the company's finance has booked into a CSV file.

    SALESPULSE_FINANCE_BOOKINGS set to it, `salespulse run` reconciles it with the deals: most bookings fit, some are
    in parts, early, changed or forgotten, as in a true list.
    """

    def write() -> int:
        from orchestration.sandbox import SandboxError

        listed = _sandbox_org(url, ca_file).bookings()
        try:
            file.write_text(listed, encoding="utf-8")
        except OSError as error:
            raise SandboxError(str(file), f"the list cannot be written there: {error.strerror}") from error
        click.echo(f"{listed.count(chr(10)) - 1:,} bookings written to {file}")
        return 0

    sys.exit(_guarded(write, False))


def _sandbox_org(url: str | None, ca_file: str | None) -> Any:
    from orchestration.sandbox import Embedded, Running

    if url is None:
        return Embedded(load_settings())
    return Running(url, Path(ca_file) if ca_file else None)


def _execute(command: str, job: str, as_json: bool) -> int:
    """Run one of the jobs with progress on stderr and the result on stdout."""
    started = time.monotonic()
    settings = load_settings()
    # Imported late: `--help` must not wait for Dagster and dbt.
    from orchestration.choosing import learn
    from orchestration.console import PHASES, progress
    from orchestration.definitions import load
    from orchestration.run import execute, prepare_home
    from orchestration.summary import print_summary

    prepare_home(settings)
    with progress(Console(stderr=True), steps=len(PHASES) if job == "all" else 1):
        if job in ("all", "sync"):
            learn(settings)
        definitions = load()
        start_up = time.monotonic() - started
        outcome = execute(job, settings, definitions)
    outcome.command = command
    outcome.phases = {"start": round(start_up, 2), **outcome.phases}
    outcome.seconds = round(time.monotonic() - started, 2)
    if as_json:
        click.echo(json.dumps(outcome.document(), default=str, indent=2))
    else:
        print_summary(Console(), outcome, settings)
    return outcome.exit_code


def _report(kind: str, as_json: bool) -> int:
    from orchestration.machine import doctor
    from orchestration.standing import status

    found = status(load_settings()) if kind == "status" else doctor(load_settings())
    return _tell(found, as_json)


def _tell(found: "Inspection", as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(found.document(), default=str, indent=2))
    else:
        found.print(Console())
    return found.exit_code


def _guarded(action: Callable[[], int], as_json: bool) -> int:
    """Errors that explain themselves end with their message and code, without a traceback."""
    try:
        return action()
    except Exception as error:
        from orchestration.exits import exit_code, explanation

        known = explanation(error)
        if known is None:
            raise
        if as_json:
            click.echo(json.dumps({"exit_code": int(exit_code(known)), "errors": [str(known)]}, indent=2))
        click.echo(str(known), err=True)
        return exit_code(known)


def main() -> None:
    """The entry point of the distribution."""
    cli(prog_name="salespulse")


if __name__ == "__main__":
    main()
