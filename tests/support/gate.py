"""Runs every check of the project, one after the other, and says what each cost.

`make test` calls it. Cheap checks come first; all are run even if one fails. The tests themselves come
last, so that the runner's own summary ends the output.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the gate."""

    title: str
    command: tuple[str, ...]


def steps(*, everything: bool) -> list[Step]:
    """The commands in their order."""
    marks = ("-m", "not bench") if everything else ()
    workers = str(max(1, min(4, os.cpu_count() or 1)))
    return [
        Step("lint", ("ruff", "check", "--quiet", ".")),
        Step("format", ("ruff", "format", "--quiet", "--check", ".")),
        Step("layers", ("lint-imports", "--no-cache")),
        Step("types", ("mypy",)),
        Step(
            "sql",
            (
                "sqlfluff",
                "lint",
                "--disable-progress-bar",
                "--processes",
                workers,
                "dbt_project/models",
                "dbt_project/tests",
            ),
        ),
        Step("tests", ("pytest", "-n", workers, "--dist", "loadgroup", *marks)),
    ]


def main() -> int:
    """0 if every step passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the slow tests too")
    failed, costs = [], []
    for step in steps(everything=parser.parse_args().all):
        print(f"== {step.title}: {' '.join(step.command)}", flush=True)
        started = time.monotonic()
        done = subprocess.run((str(BIN / step.command[0]), *step.command[1:]), cwd=ROOT, check=False)
        costs.append(f"{step.title} {time.monotonic() - started:.0f} s")
        if done.returncode:
            failed.append(step.title)
    print("Took: " + ", ".join(costs))
    print("FAILED: " + ", ".join(failed) if failed else "All passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
