"""Runs every check of the project and says what each cost.

`make test` calls it. The static checks come first, the slow one of them beside the others; all are run
even if one fails. The tests themselves come last, so that the runner's own summary ends the output.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the gate."""

    title: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step came to."""

    title: str
    is_passed: bool
    seconds: float


WORKERS = str(max(1, min(4, os.cpu_count() or 1)))
QUICK = (
    Step("lint", ("ruff", "check", "--quiet", ".")),
    Step("format", ("ruff", "format", "--quiet", "--check", ".")),
    Step("layers", ("lint-imports", "--no-cache")),
    Step("sql", ("sqlfluff", "lint", "--disable-progress-bar", "dbt_project/models", "dbt_project/tests")),
)
TYPES = Step("types", ("mypy",))  # as long as the quick ones together, and on one core


def tests(*, everything: bool) -> Step:
    # The ordinary gate draws the same examples each time: what it says of a commit does not change overnight.
    marks = ("-m", "not bench") if everything else ("--hypothesis-profile", "ci")
    return Step("tests", ("pytest", "-n", WORKERS, "--dist", "loadgroup", *marks))


def check() -> list[Outcome]:
    """Run the static checks, and show what each said when it is done."""
    with ThreadPoolExecutor(2) as pool:
        beside = pool.submit(_run_quietly, [TYPES])
        return [*_run_quietly(QUICK), *beside.result()]


def run(step: Step) -> Outcome:
    """Run a step with its output as it comes."""
    print(f"== {step.title}: {' '.join(step.command)}", flush=True)
    started = time.monotonic()
    code = subprocess.run((str(BIN / step.command[0]), *step.command[1:]), cwd=ROOT, check=False).returncode
    return Outcome(step.title, code == 0, time.monotonic() - started)


def _run_quietly(steps: Iterable[Step]) -> list[Outcome]:
    outcomes = []
    for step in steps:
        started = time.monotonic()
        done = subprocess.run(
            (str(BIN / step.command[0]), *step.command[1:]),
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        outcomes.append(Outcome(step.title, done.returncode == 0, time.monotonic() - started))
        print(f"== {step.title}: {' '.join(step.command)}\n{done.stdout.rstrip()}", flush=True)
    return outcomes


def main() -> int:
    """0 if every step passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the slow tests too")
    arguments = parser.parse_args()
    print("Checking lint, layers, SQL and types", flush=True)
    outcomes = [*check(), run(tests(everything=arguments.all))]
    failed = [outcome.title for outcome in outcomes if not outcome.is_passed]
    print("Took: " + ", ".join(f"{outcome.title} {outcome.seconds:.0f} s" for outcome in outcomes))
    print("FAILED: " + ", ".join(failed) if failed else "All passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
