"""The models' own unit tests in a process of its own: `python -m tests.support.model_tests HOME`, one line of JSON.

A process because dbt keeps the warehouse open, for writing, until it ends.
"""

import json
import subprocess
import sys
from pathlib import Path

from orchestration import dbt
from orchestration.settings import load_settings

ROOT = Path(__file__).parents[2]


def outcomes(home: Path) -> dict[str, str]:
    """What each unit test ended with, by name; `home` has a warehouse that is built."""
    command = [sys.executable, "-m", "tests.support.model_tests", str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dbt.run_unit_tests(load_settings(home=Path(sys.argv[1])))))
