"""What `mf query` answers is what `fct_kpis` says, for every metric, kind of period, and seller."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support.commands import Command
from tests.support.metric_flow import query

pytestmark = pytest.mark.xdist_group("main_job")

GRAINS = {"week": "week", "month": "fiscal_month", "quarter": "fiscal_quarter"}
SCOPES = {"company": (), "owner": ("seller",)}
CELLS = [(kind, scope) for kind in GRAINS for scope in SCOPES]
Figures = dict[tuple[str, date, str], float | None]


@pytest.fixture(scope="module")
def warehouse(main_home: Path, second_run: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # dbt opens it for writing; others of this process read the original at the same time
    assert second_run.exit_code == 0, second_run.stderr
    return Path(shutil.copy(main_home / "warehouse.duckdb", tmp_path_factory.mktemp("semantic")))


@pytest.fixture(scope="module")
def marts(warehouse: Path) -> dict[tuple[str, str], Figures]:
    """Each figure of the mart that is known, by (kind of period, kind of scope)."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select period_kind, scope_kind, scope_id, period_start_date, metric, actual from marts.fct_kpis
            where unknown_reason is null
            """
        ).fetchall()
    figures: dict[tuple[str, str], Figures] = {cell: {} for cell in CELLS}
    for kind, scope, owner, start, metric, actual in rows:
        if (kind, scope) in figures:
            figures[kind, scope][owner if scope == "owner" else "", start, metric] = actual
    return figures


@pytest.fixture(scope="module")
def answers(warehouse: Path, marts: dict[tuple[str, str], Figures]) -> dict[tuple[str, str], Figures]:
    """The same figures as MetricFlow finds them; a period or seller that it does not tell of has none."""
    metrics = sorted({metric for _, _, metric in marts["week", "company"]})
    questions = [
        ["--metrics", ",".join(metrics), "--group-by", ",".join((f"metric_time__{GRAINS[kind]}", *SCOPES[scope]))]
        for kind, scope in CELLS
    ]
    told: dict[tuple[str, str], Figures] = {}
    for (kind, scope), rows in zip(CELLS, query(warehouse, questions), strict=True):
        told[kind, scope] = {
            (row.get("seller", ""), date.fromisoformat(row[f"metric_time__{GRAINS[kind]}"][:10]), metric): _number(
                row[metric]
            )
            for row in rows
            if row[f"metric_time__{GRAINS[kind]}"]
            for metric in metrics
        }
    return told


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: " by ".join(cell))
def test_metricflow_agrees_with_the_mart(
    cell: tuple[str, str],
    marts: dict[tuple[str, str], Figures],
    answers: dict[tuple[str, str], Figures],
) -> None:
    expected, told = marts[cell], answers[cell]
    assert len(expected) > 300
    differing = {
        key: (figure, told.get(key))
        for key, figure in expected.items()
        if (told.get(key) or 0) != pytest.approx(figure or 0, rel=1e-9, abs=1e-4)  # the mart keeps four decimals
    }
    assert not differing, f"{len(differing)} of {len(expected)} differ, such as {list(differing.items())[:5]}"
