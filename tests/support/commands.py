"""Runs the real command and the real sandbox org as processes, as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SALESPULSE_")}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        cwd=ROOT,
        env={**clean, "SALESPULSE_HOME": str(home), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    return Command(done.returncode, done.stdout, done.stderr)


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
