"""Runs dbt in this process and says, node by node, how it went.

A second interpreter would pay for importing dbt once more (dagster-dbt has imported it already). What
a node's result means to Dagster is said in `orchestration.defs.transform`, what becomes of dbt's messages in
`orchestration.dbt_messages`. No SQL here.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from orchestration.dbt_messages import listening
from orchestration.settings import Settings

PROJECT_DIR = Path(__file__).parent.parent / "dbt_project"
TARGET = PROJECT_DIR / "target"
MANIFEST = TARGET / "manifest.json"
# A folder is as young as the last file that was put into it or taken out of it.
SOURCES = ("*.sql", "*.yml", "*.csv", "*/")
# Of the variables that models are built with, those that the rows depend on.
MEANINGFUL = ("SALESPULSE_TIME_ZONE",)
LEFT = "left_as_it_is"
# The parsed project as JSON (4 MB) costs a CPU-second each time it is written, and nobody reads a run's own copy.
UNWRITTEN = ("--no-write-json",)

Status = Literal["success", "error", "fail", "warn", "pass", "skipped", "no-op", "unchanged"]


class DbtError(Exception):
    """dbt could not read or run the project at all. Exit code 1."""

    def __init__(self, command: str, reason: str) -> None:
        self.command, self.reason = command, reason
        super().__init__(
            f"dbt {command} stopped: {reason}. The full log is in the folder dbt/ of SALESPULSE_HOME; "
            "mend the model that it names and run `salespulse build` again."
        )


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model, seed or test went. `failures` counts a test's failing rows.

    A model or seed that was left as it is is `unchanged`; a test that was, passes as it did.
    """

    unique_id: str
    status: Status
    seconds: float
    failures: int
    message: str

    @property
    def is_test(self) -> bool:
        return self.unique_id.startswith("test.")


def manifest() -> Mapping[str, Any]:
    """The parsed project as plain values; parsed anew if a file of it is younger than the last parse."""
    with _parsing_alone():
        if _is_stale():
            _invoke(["parse"], target=TARGET)
        parsed: Mapping[str, Any] = json.loads(MANIFEST.read_bytes())
    return parsed


def build(
    settings: Settings,
    *,
    select: Sequence[str] = (),
    left: Collection[str] = (),
    since: datetime | None = None,
    as_of: datetime | None = None,
    has_tests: bool = True,
) -> list[NodeResult]:
    """Build the selected nodes (default: all) but for those that are `left` as they are, and run their tests.

    `left`: ids of nodes; `since`: the last load (naive UTC) that the models hold already; None builds them from all
    rows; `as_of`: the as-of instant of the build that they are built upon. The results come in an order in which
    each follows what it reads. Raises DbtError.
    """
    arguments = ["build", *(["--select", *select] if select else []), *([] if since else ["--full-refresh"])]
    arguments += ["--exclude-resource-type", "unit_test", *([] if has_tests else ["test"])]
    target = settings.root / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    parsed = _parsed()
    if left:
        # By a tag of theirs: dbt goes over the whole project for each name. A test is left by itself, and not because
        # one of the models that it reads is.
        for key in left:
            parsed.nodes[key].tags.append(LEFT)
        arguments += ["--indirect-selection", "empty", "--exclude", f"tag:{LEFT}"]
    upon = {
        "SALESPULSE_CHANGED_SINCE": since.isoformat(sep=" ") if since else "",
        "SALESPULSE_BUILT_AS_OF": as_of.isoformat(sep=" ") if since and as_of else "",
    }
    with _environment({**_variables(settings), **upon}):
        result = _invoke([*arguments, *UNWRITTEN], target=target, parsed=parsed)
    done = [
        NodeResult(
            unique_id=row.node.unique_id,
            status="warn" if row.status == "warn" else str(row.status),  # type: ignore[arg-type]
            seconds=row.execution_time,
            failures=row.failures or 0,
            message=row.message or "",
        )
        for row in result.results
    ]
    results = [*(_unchanged(key) for key in sorted(left) if has_tests or not key.startswith("test.")), *done]
    if left and (lost := _nodes(parsed, has_tests) - {result.unique_id for result in results}):
        raise DbtError("build", f"neither built nor left as they are: {', '.join(sorted(lost)[:5])}")
    return _in_order(parsed, results)


def _nodes(parsed: Any, has_tests: bool) -> set[str]:
    kinds = ("model", "seed", "test") if has_tests else ("model", "seed")
    return {key for key in parsed.nodes if key.split(".")[0] in kinds}


def _in_order(parsed: Any, results: Sequence[NodeResult]) -> list[NodeResult]:
    """Each after what it reads: a node that is left may read one that was built."""
    reads = {key: node.depends_on_nodes for key, node in parsed.nodes.items()}
    place = {key: number for number, key in enumerate(TopologicalSorter(reads).static_order())}
    return sorted(results, key=lambda result: place.get(result.unique_id, len(place)))


def _unchanged(key: str) -> NodeResult:
    status: Status = "pass" if key.startswith("test.") else "unchanged"
    return NodeResult(key, status, 0.0, 0, "As in the last build: nothing that it reads has changed.")


def fingerprint(settings: Settings) -> str:
    """A text that differs when the models would be built otherwise: of their files, seeds, settings and engines."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in SOURCES[:-1] for file in _files(pattern)):
        digest.update(str(file.relative_to(PROJECT_DIR)).encode() + file.read_bytes())
    variables = {name: value for name, value in _variables(settings).items() if name in MEANINGFUL}
    versions = [version(package) for package in ("dbt-core", "dbt-duckdb", "duckdb")]
    digest.update(json.dumps([variables, versions]).encode())
    return digest.hexdigest()


def compile_models(target: Path) -> dict[str, str]:
    """The SQL of every model by name, macros filled in; needs no warehouse. Raises DbtError."""
    parsed = _parsed()
    with _environment({"SALESPULSE_WAREHOUSE": str(target / "compile.duckdb")}):
        result = _invoke(["compile", *UNWRITTEN], target=target, parsed=parsed)
    nodes = [row.node for row in result.results]
    return {str(node.name): str(node.compiled_code) for node in nodes if node.resource_type == "model"}


def run_unit_tests(settings: Settings) -> dict[str, str]:
    """What each of the models' unit tests ended with, by name. Needs a warehouse that is built. Raises DbtError."""
    target = settings.root / "dbt"
    with _environment(_variables(settings)):
        parsed = _parsed()
        result = _invoke(["test", "--select", "test_type:unit", *UNWRITTEN], target=target, parsed=parsed)
    return {str(row.node.name): str(row.status) for row in result.results}


def _parsed() -> Any:
    """The project as dbt has it in memory; under its own names, whichever the warehouse: one cache serves them all."""
    with _parsing_alone():
        return _invoke(["parse"] if _is_stale() else ["parse", *UNWRITTEN], target=TARGET)


def _is_stale() -> bool:
    return not MANIFEST.exists() or _newest_source() > MANIFEST.stat().st_mtime


def _newest_source() -> float:
    return max((file.stat().st_mtime for pattern in SOURCES for file in _files(pattern)), default=0.0)


def _files(pattern: str) -> Iterator[Path]:
    return (file for file in PROJECT_DIR.rglob(pattern) if TARGET not in (file, *file.parents))


@contextmanager
def _parsing_alone() -> Iterator[None]:
    """Two processes that parse at once would read each other's half-written files."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _invoke(arguments: Sequence[str], *, target: Path, parsed: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    command = [
        *("--quiet", "--log-level", "none", "--log-level-file", "none"),
        *arguments,
        *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
        *("--target-path", str(target), "--log-path", str(target)),
    ]
    with listening(target) as callbacks:
        outcome = dbtRunner(manifest=parsed, callbacks=callbacks).invoke(command)
    if outcome.exception is not None or outcome.result is None:
        raise DbtError(arguments[0], str(outcome.exception or "it gave no result"))
    return outcome.result


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables that profiles.yml and the macros read, for the time of one invocation."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _variables(settings: Settings) -> dict[str, str]:
    return {
        "SALESPULSE_WAREHOUSE": str(settings.warehouse_file),
        "SALESPULSE_TIME_ZONE": settings.time_zone,
        "SALESPULSE_DBT_THREADS": str(settings.threads),
        "SALESPULSE_MEMORY_LIMIT": settings.memory_limit,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
