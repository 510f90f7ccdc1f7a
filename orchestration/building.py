"""Whether the models are built from all rows or upon the last build, and the note that the next one goes by.

If in doubt from all rows. How dbt is run is the business of `orchestration.dbt`, what the raw tables hold that of
`connectors.warehouse.builds`.
"""

import logging
from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from connectors.warehouse import builds
from connectors.warehouse.connection import connect
from connectors.warehouse.instants import now, stored
from orchestration import dbt
from orchestration.settings import Settings

# The tables whose changes the models follow row by row. A change of any other (stages, periods, …) touches every deal.
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
        "task",
        "user",
    }
)

log = logging.getLogger("salespulse.dbt")


def build(
    settings: Settings, *, select: Sequence[str] = (), is_full: bool = False, has_tests: bool = True
) -> list[dbt.NodeResult]:
    """Build the selected nodes (default: all) and run their tests. Raises DbtError."""
    fingerprint = dbt.fingerprint(settings)
    with _session(settings) as connection:
        made_from = builds.sources(connection)
        since = None if is_full else builds.changed_since(connection, fingerprint, made_from, FOLLOWED)
        if since is None:
            # Were this build to fail half-way, its tables would be of two kinds: nothing may be built upon them.
            builds.forget(connection)
    log.info("Building from %s", f"what was loaded after {since:%Y-%m-%d %H:%M:%S} UTC" if since else "all rows")
    results = dbt.build(settings, select=select, since=since, has_tests=has_tests)
    if not select and all(result.status == "success" for result in results if not result.is_test):
        with _session(settings) as connection:
            builds.record(connection, fingerprint, made_from, stored(now()))
    return results


def _session(settings: Settings) -> DuckDBPyConnection:
    return connect(settings.warehouse_file, memory_limit=settings.memory_limit, threads=settings.threads)
