"""Runs the real command, as a process like a user would or within this one, and the real sandbox org."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner

from orchestration.cli import cli

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
SESSION_ID = "00Dtest!session"


@dataclass(frozen=True, slots=True)
class Command:
    """What a finished command said. `document` is its JSON, None if it printed none."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        return json.loads(self.stdout)


def salespulse(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Command:
    """Run `salespulse` with nothing of the caller's own settings."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        cwd=ROOT,
        env=_environment(home, env),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    return Command(done.returncode, done.stdout, done.stderr)


def salespulse_here(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Command:
    """The same in this process, which has imported everything already: for what does not depend on the process.

    Not for commands that build: dbt keeps the warehouse open until its process ends. What has no explanation is
    raised, and the warnings that a process would not show are not shown.
    """
    changed = mock.patch.dict(os.environ, _environment(home, env), clear=True)
    with changed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = CliRunner().invoke(cli, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Command(done.exit_code, done.stdout, done.stderr)


def _environment(home: Path, env: Mapping[str, str] | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SALESPULSE_")}
    return {**clean, "SALESPULSE_HOME": str(home), **(env or {})}


@contextmanager
def sandbox_org(*arguments: str) -> Iterator[dict[str, str]]:
    """A served org; what it yields are the settings that point at it."""
    command = [
        sys.executable,
        "-m",
        "connectors.sandbox",
        "--port",
        "0",
        "--session-id",
        SESSION_ID,
        *arguments,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            url = next((word for word in said.split() if word.startswith("http://")), None)
            assert url, f"the sandbox did not start: {said}"
            yield {"SALESPULSE_SALESFORCE_INSTANCE_URL": url, "SALESPULSE_SALESFORCE_SESSION_ID": SESSION_ID}
        finally:
            process.terminate()
