"""Whether the models are built from all rows or upon the last build, and the note that the next one goes by.

If in doubt from all rows. Upon the last build, what reads nothing that changed is left as it is
(`orchestration.unchanged`). How dbt is run is the business of `orchestration.dbt`, what the raw tables hold that of
`connectors.warehouse.builds`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from duckdb import CatalogException, DuckDBPyConnection

from connectors.warehouse import builds
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import SourceTablesMissingError
from connectors.warehouse.instants import now, stored
from orchestration import dbt
from orchestration.settings import Settings
from orchestration.unchanged import is_lacking, unchanged_nodes

# The tables whose changes the models follow row by row, or that only models built whole read. A change of any other
# (stages, periods, …) touches every deal.
FOLLOWED = frozenset(
    {
        "account",
        "contact",
        "event",
        "forecasting_quota",
        "lead",
        "opportunity",
        "opportunity_contact_role",
        "opportunity_field_history",
        "opportunity_history",
        "opportunity_line_item",
        "opportunity_split",
        "quote",
        "task",
        "user",
    }
)

# An exposure is a node to which nothing is done.
DONE = ("success", "no-op", "unchanged")

log = logging.getLogger("salespulse.dbt")


def build(
    settings: Settings, *, select: Sequence[str] = (), is_full: bool = False, has_tests: bool = True
) -> list[dbt.NodeResult]:
    """Build the selected nodes (default: all) and run their tests. Raises DbtError and SourceTablesMissingError."""
    fingerprint = dbt.fingerprint(settings)
    left: frozenset[str] = frozenset()
    with _session(settings) as connection:
        if not select and (missing := _missing_sources(connection)):
            raise SourceTablesMissingError(missing)
        made_from = builds.sources(connection)
        since = None if is_full else builds.changed_since(connection, fingerprint, made_from, FOLLOWED)
        last_as_of = builds.last_as_of(connection)
        if since and not is_in_one_fiscal_year(connection, last_as_of, made_from.as_of):
            since = None
        if since and is_lacking(dbt.manifest(), _relations(connection)):
            since = None
        if since is None:
            # Were this build to fail half-way, its tables would be of two kinds: nothing may be built upon them.
            builds.forget(connection)
        else:
            left = frozenset() if select else _unchanged(connection, made_from)
            builds.begin(connection)
    log.info("Building from %s", f"what was loaded after {since:%Y-%m-%d %H:%M:%S} UTC" if since else "all rows")
    if left:
        log.info("Left as they are: %d models, seeds and tests that read nothing which changed", len(left))
    results = dbt.build(settings, select=select, left=left, since=since, as_of=last_as_of, has_tests=has_tests)
    if not select and all(result.status in DONE for result in results if not result.is_test):
        with _session(settings) as connection:
            builds.record(connection, fingerprint, made_from, stored(now()), _holding(results, left))
    return results


def _missing_sources(connection: DuckDBPyConnection) -> list[str]:
    sources = dbt.manifest()["sources"].values()
    return sorted({f"{each['schema']}.{each['identifier']}" for each in sources} - _relations(connection).keys())


def _unchanged(connection: DuckDBPyConnection, made_from: builds.Sources) -> frozenset[str]:
    return unchanged_nodes(
        dbt.manifest(),
        sources=builds.unchanged(connection, made_from),
        relations=_relations(connection),
        proven=builds.proven(connection),
    )


def _holding(results: Sequence[dbt.NodeResult], left: frozenset[str]) -> set[str]:
    """The tests that hold for the tables as they are now: those that did just now, and those left as they were."""
    return {result.unique_id for result in results if result.is_test and result.status == "pass"} | {
        key for key in left if key.startswith("test.")
    }


def is_in_one_fiscal_year(connection: DuckDBPyConnection, last: datetime | None, as_of: datetime | None) -> bool:
    """Constant currency has the rates of the year's first day: with a new year the amounts of all deals are others."""
    if last is None or as_of is None:
        return False
    day = timedelta(days=1)  # whatever the reporting time zone
    try:
        found = connection.execute(
            "SELECT count(DISTINCT fiscal_year_start_date) FROM marts.dim_dates "
            f"WHERE date_day IN ('{(last - day).date()}', '{(as_of + day).date()}')"
        ).fetchone()
    except CatalogException:
        return False
    return found == (1,)


def _relations(connection: DuckDBPyConnection) -> dict[str, str]:
    """What there is, "table" or "view" by "schema.name"."""
    found = connection.execute(
        "SELECT schema_name || '.' || table_name, 'table' FROM duckdb_tables() "
        "WHERE database_name = current_database() UNION ALL SELECT schema_name || '.' || view_name, 'view' "
        "FROM duckdb_views() WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    return dict(found)


def _session(settings: Settings) -> DuckDBPyConnection:
    return connect(settings.warehouse_file, memory_limit=settings.memory_limit, threads=settings.threads)
