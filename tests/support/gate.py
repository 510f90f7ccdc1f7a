"""Runs every check of the project and says what each cost.

`make test` calls it. The static checks come first, then the tests; the types, which take the longest on one core,
are checked beside both. All are run even if one fails. What failed stands in the last line.
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


# One more than there are cores: many tests wait, for a server that stalls or for a process that they started.
WORKERS = str(min(4, (os.cpu_count() or 1) + 1))
# The first of what is imported is compiled and kept, as is dbt's project once it is read: done by one process before
# the workers start, or else each of them does it.
LOADED = "import expectations.session; from orchestration.definitions import load; load()"
QUICK = (
    Step("lint", ("ruff", "check", "--quiet", ".")),
    Step("format", ("ruff", "format", "--quiet", "--check", ".")),
    Step("layers", ("lint-imports", "--no-cache")),
    Step(
        "sql",
        ("sqlfluff", "lint", "--processes", "2", "--disable-progress-bar", "dbt_project/models", "dbt_project/tests"),
    ),
    Step("definitions", ("python", "-c", LOADED)),
)
TYPES = Step("types", ("mypy",))


def tests(*, everything: bool) -> Step:
    # The ordinary gate draws the same examples each time: what it says of a commit does not change overnight.
    marks = ("-m", "not bench") if everything else ("--hypothesis-profile", "ci")
    return Step(
        "tests", ("pytest", "-n", WORKERS, "--dist", "loadgroup", "--no-loadscope-reorder", "--durations", "15", *marks)
    )


def check_all(*, everything: bool) -> list[Outcome]:
    """Run every step, and show what each said when it is done, the tests as they go."""
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(_run_quietly, [TYPES])
        return [*_run_quietly(QUICK), run(tests(everything=everything)), *beside.result()]


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
    outcomes = check_all(everything=arguments.all)
    failed = [outcome.title for outcome in outcomes if not outcome.is_passed]
    print("Took: " + ", ".join(f"{outcome.title} {outcome.seconds:.0f} s" for outcome in outcomes))
    print("FAILED: " + ", ".join(failed) if failed else "All passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
