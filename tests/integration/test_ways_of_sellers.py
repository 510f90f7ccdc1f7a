"""How far a seller's way through the stages is from the others', against NumPy and against deals dealt out blindly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from connectors.sandbox.company import Company
from connectors.warehouse.connection import connect

pytestmark = pytest.mark.xdist_group("main_job")

LEAST_MOVES, LEAST_DEALS, DRAWS = 20, 3, 400
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Process:
    """Of a process: counts by deal and move, how often the deal left the move's stage, and whose deal it is."""

    counts: Matrix
    left: Matrix
    owners: npt.NDArray[np.str_]

    @cached_property
    def excesses(self) -> Matrix:
        """By deal, of the moves that are made often enough."""
        made = self.counts.sum(axis=0)
        excesses = self.counts - self.left * made / self.left.sum(axis=0)
        weighed: Matrix = excesses[:, made >= LEAST_MOVES] / np.sqrt(made[made >= LEAST_MOVES])
        return weighed

    def distance(self, deals: npt.NDArray[Any]) -> float:
        """Of one seller, if these were their deals."""
        return float((self.excesses[deals].sum(axis=0) ** 2).sum())

    def divergence(self, owner: str) -> float:
        """Jensen-Shannon, in bits, of the seller's moves and of what others make from the same stages."""
        mine = self.owners == owner
        counts, left = self.counts[mine].sum(axis=0), self.left[mine].sum(axis=0)
        others, left_by_others = self.counts[~mine].sum(axis=0), self.left[~mine].sum(axis=0)
        ratios = np.divide(others, left_by_others, out=np.zeros_like(others), where=left_by_others > 0)
        taken, expected = counts / counts.sum(), left * ratios / counts.sum()
        middle = (taken + expected) / 2
        return sum(
            float((share[share > 0] * np.log2(share[share > 0] / middle[share > 0])).sum()) / 2
            for share in (taken, expected)
        )


@dataclass(frozen=True)
class Ways:
    """What the models say: moves by deal, and each seller compared."""

    processes: dict[str, Process]
    compared: list[dict[str, Any]]
    told: set[str]


@pytest.fixture(scope="module")
def ways(main_home: Path, now: datetime) -> Iterator[Ways]:
    with connect(main_home / "warehouse.duckdb", read_only=True) as warehouse:
        names = [row[0] for row in warehouse.execute("select sales_process from marts.dim_sales_processes").fetchall()]
        moves = {
            name: warehouse.execute(
                "select opportunity_id, owner_id, from_stage_name, to_stage_name, move_count "
                "from intermediate.int_stage_moves_counted where sales_process = $1",
                [name],
            ).fetchall()
            for name in names
        }
        compared = warehouse.execute("select * from intermediate.int_owner_moves_compared").to_arrow_table().to_pylist()
        told = warehouse.execute("select record_id from intermediate.path_10_way_of_ones_own").fetchall()
    processes = {name: _process(rows) for name, rows in moves.items() if rows}
    yield Ways(processes, [row for row in compared if row["deal_count"] >= LEAST_DEALS], {row[0] for row in told})


def _process(rows: list[tuple[Any, ...]]) -> Process:
    deals = {deal: place for place, deal in enumerate(dict.fromkeys(row[0] for row in rows))}
    moves = {move: place for place, move in enumerate(dict.fromkeys(row[2:4] for row in rows))}
    counts, owners = np.zeros((len(deals), len(moves))), np.empty(len(deals), dtype="<U18")
    for deal, owner, left, entered, count in rows:
        counts[deals[deal], moves[left, entered]] += count
        owners[deals[deal]] = owner
    from_same_stage = np.array([[one[0] == other[0] for other in moves] for one in moves], dtype=float)
    return Process(counts, counts @ from_same_stage, owners)


def test_the_divergence_of_every_seller_is_that_of_a_plain_computation(ways: Ways) -> None:
    assert len(ways.compared) > 4
    for row in ways.compared:
        expected = ways.processes[row["sales_process"]].divergence(row["owner_id"])
        assert row["divergence"] == pytest.approx(expected, abs=1e-9)


def test_the_deviation_agrees_with_deals_dealt_out_blindly(ways: Ways) -> None:
    """Who stands out hardly ever comes of chance, and what hardly ever comes of chance is not taken for it."""
    random = np.random.default_rng(20260318)
    for row in ways.compared:
        process = ways.processes[row["sales_process"]]
        mine, everybody = process.owners == row["owner_id"], len(process.owners)
        own = process.distance(mine)
        dealt = [process.distance(random.permutation(everybody)[: mine.sum()]) for _ in range(DRAWS)]
        chance = float(np.mean([each >= own for each in dealt]))
        assert not (row["deviation"] >= 2.33 and chance > 0.05), row
        assert not (row["deviation"] < 1.64 and chance < 0.005), row
    assert len(ways.compared) > 4


def test_whoever_is_told_to_go_a_way_of_their_own_does(ways: Ways, company: Company, now: datetime) -> None:
    """Of 100,000 deals the rule found 40 of the 42 sellers with deals enough, and nobody else."""
    assert ways.told <= company.facts_at(now)["PATH-10"]
