"""Runs a suite over an open connection and says what held.

Great Expectations is imported inside the run, so importing this module costs nothing.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import duckdb

from expectations.catalog import checks
from expectations.check import Check
from expectations.inventory import evaluated_counts, missing, present
from expectations.judgement import unjudged, verdict
from expectations.verdict import Verdict

if TYPE_CHECKING:
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource

logger = logging.getLogger("salespulse.expectations")


def run_suite(
    connection: duckdb.DuckDBPyConnection, suite: str, *, tables: Collection[str] | None = None
) -> tuple[Verdict, ...]:
    """Verdicts on every check of `suite` whose tables exist, in the catalog's order.

    `tables` (qualified names) limits the run to checks on them. The connection should be outside a
    transaction: inside one, a check that raises makes those after it raise too. It is left open.
    Raises UnknownSuiteError and UncheckedTableError; a check that cannot be evaluated raises nothing
    and is a failing verdict with severity `error`.
    """
    due = _due(connection, checks(suite, tables=tables))
    if not due:
        logger.info("%s: nothing to judge", suite)
        return ()
    from expectations.session import opened  # costs 4 CPU-s, so only for a real run

    by_table = groupby(sorted(due, key=attrgetter("table")), key=attrgetter("table"))
    with opened(connection) as source:
        found = {
            (one.table, one.check): one
            for table, group in by_table
            for one in _judge(connection, source, table, list(group))
        }
    verdicts = tuple(found[check.table, check.name] for check in due)
    _report(suite, verdicts)
    return verdicts


def _due(connection: duckdb.DuckDBPyConnection, declared: Sequence[Check]) -> list[Check]:
    there = present(connection)
    due = []
    for check in declared:
        lacking = missing(check, there)
        if lacking:
            logger.debug("%s on %s is not judged: no %s", check.name, check.table, ", ".join(lacking))
        else:
            due.append(check)
    return due


def _judge(
    connection: duckdb.DuckDBPyConnection, source: "SQLDatasource", table: str, group: list[Check]
) -> Iterator[Verdict]:
    from expectations.session import validate

    try:
        counts = evaluated_counts(connection, group)
        results = validate(source, table, group)
    except Exception as error:
        # One table that cannot be read at all must not hide what the others say.
        logger.exception("%s could not be judged", table)
        yield from (unjudged(check, f"{type(error).__name__}: {error}") for check in group)
        return
    for check in group:
        if check.name in results:
            yield verdict(check, results[check.name], counts[check.name])
        else:
            yield unjudged(check, "Great Expectations returned no result for it.")


def _report(suite: str, verdicts: Sequence[Verdict]) -> None:
    failed = [one for one in verdicts if not one.is_passed]
    errors = sum(one.severity == "error" for one in failed)
    logger.info(
        "%s: %d checks on %d tables, %d failed (%d errors, %d warnings)",
        suite,
        len(verdicts),
        len({one.table for one in verdicts}),
        len(failed),
        errors,
        len(failed) - errors,
    )
    for one in failed:
        logger.debug("%s on %s: %d of %d", one.check, one.table, one.failing_count, one.evaluated_count)
