"""The payoff of keeping to the process, as the marts tell it, on companies in which it is known.

The compiled models run over the simulation's own list of deals and steps, so that a company large enough to show an
effect needs no sync.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from connectors.sandbox.company import Company, found
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.setting.process import LOST, PROCESSES, STAGES, WON
from orchestration import dbt

pytestmark = pytest.mark.xdist_group("compiled")

MODELS = {
    "int_stage_arrivals_found": "intermediate",
    "int_adherence_judged": "intermediate",
    "int_adherence_pooled": "intermediate",
    "rpt_adherence_effect": "marts",
}
SCALE, ANCHOR = 6.0, date(2026, 11, 22)
Effects = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Effects]:
    """The rows of all processes together, by practice and common point, of a company with the given effect."""
    compiled = dbt.compile_models(tmp_path_factory.mktemp("compiled"))

    def told(effect: float) -> Effects:
        company = found(Era(7, SCALE, ANCHOR, effect))
        with duckdb.connect(str(tmp_path_factory.mktemp("company") / "warehouse.duckdb")) as connection:
            _fill(connection, company)
            for name, schema in MODELS.items():
                connection.execute(f"create table {schema}.{name} as {compiled[name]}")
            rows = connection.execute(
                "select practice, common_point, win_rate_difference, lower_difference, upper_difference, "
                "naive_difference, effect from marts.rpt_adherence_effect where sales_process = 'All processes'"
            ).fetchall()
        names = ("difference", "lower", "upper", "naive", "effect")
        return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}

    return told


def _fill(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    """What the models read, as of the anchor."""
    deals, steps, roles = company.pipeline.book.deals, company.pipeline.book.steps, company.roles
    stages = [
        (process.label, name, order, name in (WON, LOST))
        for process in PROCESSES
        for order, name in enumerate([*(name for name, _ in process.stages), WON, LOST], 1)
    ]
    labels, names = np.array([p.label for p in PROCESSES]), np.array([s.name for s in STAGES])
    known = steps.at <= company.era.anchored
    tables = {
        "stage_rows": pa.table(
            dict(zip(("process", "name", "place", "closed"), map(list, zip(*stages, strict=True)), strict=True))
        ),
        "deal_rows": pa.table(
            {"deal": np.arange(len(deals)), "process": labels[deals.process], "owner": deals.slot.astype(str)}
        ),
        "step_rows": pa.table(
            {
                "number": np.flatnonzero(known),
                "deal": steps.deal[known],
                "instant": steps.at[known],
                "stage": names[steps.stage[known]],
                "gone": steps.is_deleted[known],
            }
        ),
        "role_rows": pa.table({"deal": roles.deal, "added": roles.added, "main": np.asarray(roles.is_primary, bool)}),
    }
    for name, table in tables.items():
        connection.register(name, table)
    connection.execute("create schema marts; create schema intermediate; create schema staging")
    connection.execute(
        "create table marts.dim_sales_stages as select process as sales_process, name as stage_name, "
        "place as stage_order, closed as is_closed from stage_rows"
    )
    connection.execute(
        "create table intermediate.int_opportunities_classified as select deal as opportunity_id, "
        "process as sales_process, owner as owner_id, "
        f"stage in ('{WON}', '{LOST}') as is_closed, stage = '{WON}' as is_won, false as is_deleted from deal_rows "
        "join (select deal, arg_max(stage, number) as stage, arg_max(gone, number) as gone "
        "from step_rows group by deal) using (deal) where not gone"
    )
    connection.execute(
        "create table marts.fct_opportunity_stage_spells as select deal as opportunity_id, stage as stage_name, "
        "row_number() over (partition by deal order by number) as spell_number, "
        "make_timestamp(instant * 1000000) as entered_at, 'history' as provenance from "
        "(select *, lag(stage) over (partition by deal order by number) as before from step_rows) "
        "where stage is distinct from before"
    )
    connection.execute(
        "create table staging.stg_salesforce__opportunity_contact_roles as select deal as opportunity_id, "
        "make_timestamp(added * 1000000) as created_at, main as is_primary from role_rows"
    )


def test_without_an_effect_none_is_told_though_the_naive_eye_sees_one(measure: Callable[[float], Effects]) -> None:
    told = measure(0.0)
    assert {row["effect"] for row in told.values()} == {"no measurable effect"}
    contact = told["primary_contact_named", "after_first_stage"]
    assert contact["lower"] < 0 < contact["upper"]
    assert contact["upper"] - contact["lower"] < 0.06
    # who looks back at closed deals finds that going through the stages costs wins, by far
    assert told["stages_in_order", "last_stage"]["naive"] < -0.15


def test_the_usual_effect_is_told(measure: Callable[[float], Effects]) -> None:
    told = measure(0.6)
    contact = told["primary_contact_named", "after_first_stage"]
    assert contact["effect"] == "helps"
    assert contact["lower"] > 0
    assert told["stages_in_order", "last_stage"]["naive"] < -0.15
