"""The range of what the open deals may still bring, per rep, team and company.

The mathematics is `orchestration.forecasting`, the deals' chances are dbt's; this module reads the
forecast's deals, asks for the draws and writes `marts.rpt_forecast_ranges`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg
import numpy as np
from duckdb import DuckDBPyConnection

from orchestration.defs.resources import FRESHNESS, POOL, Warehouse
from orchestration.exits import explained
from orchestration.forecasting.outcomes import draw_outcomes, summarize

KEY = dg.AssetKey(["marts", "rpt_forecast_ranges"])
SOURCES = [
    dg.AssetKey(["marts", name]) for name in ("fct_forecast_deals", "rpt_forecast_quarterly", "dim_reporting_lines")
]
DRAWS = 2_000
SEED = 20_260
METHOD = (
    "each open deal drawn as won or lost at the forecast's own rate; deals independent, rates taken as exact, "
    "deals not yet created, due later or overdue from before are not counted: the true range is wider"
)

COLUMNS = {
    "scope_kind": ("varchar", "owner, team (a manager with everybody below) or company"),
    "scope_id": ("varchar", "user id of the owner or manager; 'company' for all"),
    "fiscal_quarter_start_date": ("date", "First day of the fiscal quarter"),
    "open_deal_count": ("bigint", "Open deals with an amount that the forecast of the quarter counts"),
    "closed_won_amount": ("decimal(18, 2)", "Already won in the quarter, corporate currency"),
    "mean_amount": ("decimal(18, 2)", "Won already plus the mean of the draws"),
    "p10_amount": ("decimal(18, 2)", "Nine of ten draws end above this"),
    "p50_amount": ("decimal(18, 2)", "Half of the draws end above this"),
    "p90_amount": ("decimal(18, 2)", "One of ten draws ends above this"),
    "draw_count": ("bigint", "How often the quarter was drawn"),
    "forecast_method": ("varchar", "How the range was made and what it leaves out"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A rep, a team or the company: who belongs to it."""

    kind: str
    id: str
    owners: frozenset[str]


@dg.asset(
    key=KEY,
    deps=SOURCES,
    pool=POOL,
    freshness_policy=FRESHNESS,
    group_name="forecast",
    kinds={"python", "numpy", "duckdb"},
    owners=["team:sales-analytics"],
    description="What each rep, team and the company may close this and next quarter: 10 %, 50 % and 90 % marks.",
    metadata={
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(name=n, type=t, description=d) for n, (t, d) in COLUMNS.items()]
        )
    },
)
def rpt_forecast_ranges(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    with explained(), warehouse.lock() as settings, warehouse.session(settings) as connection:
        rows = [row for quarter in _quarters(connection) for row in forecast_quarter(connection, quarter)]
        write(connection, rows)
    context.log.info("%d ranges from %d draws", len(rows), DRAWS)
    return dg.MaterializeResult(metadata={"dagster/row_count": len(rows), "draws": DRAWS, "method": METHOD})


def forecast_quarter(connection: DuckDBPyConnection, quarter: date) -> Iterator[tuple[object, ...]]:
    """One row per scope, in the order of COLUMNS. Reps, teams and company share the same draws."""
    deals = connection.execute(
        "select owner_id, cast(amount as double), coalesce(win_rate, 0) from marts.fct_forecast_deals "
        "where amount is not null and fiscal_quarter_start_date = ? order by opportunity_id",
        [quarter],
    ).fetchall()
    owners = np.array([row[0] for row in deals], dtype=object)
    amounts = np.array([row[1] for row in deals], dtype=np.float64)
    chances = np.array([row[2] for row in deals], dtype=np.float64)
    outcomes = draw_outcomes(amounts, chances, draws=DRAWS, seed=SEED)
    won = dict(
        connection.execute(
            "select owner_id, cast(closed_won_amount as double) from marts.rpt_forecast_quarterly "
            "where fiscal_quarter_start_date = ?",
            [quarter],
        ).fetchall()
    )
    for scope in _scopes(connection, frozenset(won) | frozenset(owners)):
        members = np.isin(owners, list(scope.owners)) if len(deals) else np.zeros(0, dtype=bool)
        closed = sum(won.get(owner, 0.0) or 0.0 for owner in scope.owners)
        found = summarize(outcomes, members).plus(closed)
        figures = (closed, found.mean, found.p10, found.p50, found.p90)
        yield (
            scope.kind,
            scope.id,
            quarter,
            int(members.sum()),
            *(round(f, 2) for f in figures),
            DRAWS,
            METHOD,
        )


def write(connection: DuckDBPyConnection, rows: Sequence[tuple[object, ...]]) -> None:
    """Replace the table, with its comments, in one transaction."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection.begin()
    try:
        connection.execute(f"create or replace table marts.rpt_forecast_ranges ({columns})")
        if rows:
            marks = ", ".join("?" * len(COLUMNS))
            connection.executemany(f"insert into marts.rpt_forecast_ranges values ({marks})", rows)
        for name, (_, comment) in COLUMNS.items():
            text = comment.replace("'", "''")
            connection.execute(f"comment on column marts.rpt_forecast_ranges.{name} is '{text}'")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _quarters(connection: DuckDBPyConnection) -> list[date]:
    found = connection.execute(
        "select distinct fiscal_quarter_start_date from marts.rpt_forecast_quarterly order by 1"
    ).fetchall()
    return [row[0] for row in found]


def _scopes(connection: DuckDBPyConnection, everybody: frozenset[str]) -> list[Scope]:
    lines = connection.execute(
        "select manager_id, list(user_id) from marts.dim_reporting_lines group by 1 having count(*) > 1 order by 1"
    ).fetchall()
    reps = [Scope("owner", owner, frozenset([owner])) for owner in sorted(everybody)]
    teams = [Scope("team", manager, frozenset(members)) for manager, members in lines]
    return [*reps, *teams, Scope("company", "company", everybody)]
