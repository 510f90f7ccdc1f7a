"""The marts of an org of several currencies against what the simulated company says of its figures, to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pytest

from connectors.sandbox.company import Company, found
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.truth.waterfall import LEGS
from orchestration.settings import Settings
from tests.support.commands import salespulse, sandbox_org
from tests.support.telling import Figures, differences, rows_of, sort_out, without_purged

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("simulated_currencies")]

SCALE, ANCHOR, NOW = 0.15, date(2026, 9, 30), datetime(2026, 9, 24, 14, 37, tzinfo=UTC)
HALF_A_CENT = 0.0051
# of a deal that is worth some cents and a half, either side may tell one cent more
WEIGHED = {"weighted_pipeline_amount": 0.05, "weighted_due_amount": 0.05}
AMOUNTS = {
    **{name: name for name in ("bookings_amount", "lost_amount", "repeat_bookings_amount", "referral_bookings_amount")},
    **{f"{kind}_bookings_amount": f"{kind}_bookings_amount" for kind in ("new", "expansion", "renewal")},
    **{name: name for name in ("average_deal_amount", "open_pipeline_amount", "weighted_pipeline_amount")},
    "pipeline_created_amount": "created_now_amount",
    "pipeline_created_then_amount": "created_amount",
    "pipeline_qualified_amount": "qualified_amount",
}
COVERAGE = ("bookings_amount", "open_due_amount", "weighted_due_amount", "commit_amount", "best_case_amount")


@dataclass(frozen=True)
class World:
    """Both sides as of NOW."""

    marts: duckdb.DuckDBPyConnection
    company: Company

    def rows(self, table: str, scope: str, more: str = "") -> list[dict[str, object]]:
        return rows_of(
            self.marts,
            f"select * from marts.{table} where period_kind = 'quarter' and scope_kind = '{scope}' {more}",
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("simulated_currencies")
    options = ("--scale", str(SCALE), "--currencies", "--anchor", ANCHOR.isoformat(), "--now", NOW.isoformat())
    with sandbox_org(*options) as org:
        for command in ("sync", "build"):
            done = salespulse(home, command, env=org)
            assert done.exit_code == 0, done.stderr
    era = Era(Settings.model_fields["sandbox_seed"].default, SCALE, ANCHOR, has_currencies=True)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        yield World(connection, without_purged(found(era), NOW))


def _keyed(rows: list[dict[str, object]]) -> Figures:
    return {(str(row["scope_id"] or "company"), row["period_start"]): row for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize(("scope", "whose"), [("company", "company"), ("owner", "rep")])
def test_amounts_are_those_of_the_company_in_corporate_currency(world: World, scope: str, whose: str) -> None:
    truth = _keyed(world.company.totals("quarter", whose, NOW))
    truth = {key: row for key, row in truth.items() if key[1] <= NOW.date()}
    for metric, name in AMOUNTS.items():
        told = sort_out(world.rows("fct_kpis", scope, f"and metric = '{metric}'"))
        assert (metric, differences(told, truth, {"actual": name}, WEIGHED.get(metric, HALF_A_CENT))) == (metric, [])
        assert told.compared({"actual": name}) > 5, metric
    legs = {f"{leg}_amount": f"waterfall_{leg}_amount" for leg in LEGS}
    told = sort_out(world.rows("rpt_pipeline_waterfall", scope))
    assert differences(told, truth, legs, HALF_A_CENT) == []
    covered = sort_out(world.rows("rpt_quota_coverage", scope))
    truth = _keyed(world.company.coverage("quarter", whose, NOW))
    truth = {key: row for key, row in truth.items() if key in covered.known}
    for name in COVERAGE:
        assert differences(covered, truth, {name: name}, WEIGHED.get(name, HALF_A_CENT)) == []
