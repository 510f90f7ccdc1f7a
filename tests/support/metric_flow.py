"""Asks MetricFlow as `mf query` does, in a process of its own, many questions at one start.

`mf` itself looks for newer versions on the network before each command; this runs the command below it. A
process of its own because dbt keeps the warehouse open, for writing, until it ends.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration import dbt

ROOT = Path(__file__).parents[2]


def query(warehouse: Path, questions: Sequence[Sequence[str]]) -> list[list[dict[str, str]]]:
    """The rows that each `mf query …` answers with, cells as text. Raises AssertionError with what mf said."""
    dbt.manifest()  # the semantic manifest lies beside it
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.metric_flow", json.dumps(questions)],
        cwd=ROOT,
        env={**os.environ, "SALESPULSE_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    answers: list[list[dict[str, str]]] = json.loads(done.stdout.splitlines()[-1])
    return answers


def _answer(questions: Sequence[Sequence[str]]) -> list[list[dict[str, str]]]:
    from tempfile import TemporaryDirectory

    from click.testing import CliRunner
    from dbt_metricflow.cli.cli_configuration import CLIConfiguration
    from dbt_metricflow.cli.main import query as mf_query

    configuration = CLIConfiguration()
    configuration.setup(dbt.PROJECT_DIR, dbt.PROJECT_DIR, configure_file_logging=False)
    answers = []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answer.csv"
        for question in questions:
            outcome = CliRunner().invoke(mf_query, [*question, "--csv", str(file), "--quiet"], obj=configuration)
            if outcome.exit_code != 0:
                raise SystemExit(f"mf query {' '.join(question)}: {outcome.output}\n{outcome.exception!r}")
            with file.open(newline="") as lines:
                answers.append(list(csv.DictReader(lines)))
    return answers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answer(json.loads(sys.argv[1]))))
