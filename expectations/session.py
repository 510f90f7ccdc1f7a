"""The one door to Great Expectations: a context that lives in memory and leaves nothing behind.

Importing this imports Great Expectations (about 4 CPU-s): import it when something is to be judged.
No telemetry, no progress bars, no files, no network.
"""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# Read while Great Expectations is imported.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

with warnings.catch_warnings():
    # It still imports sre_constants and sre_parse.
    warnings.filterwarnings("ignore", category=DeprecationWarning, message="module 'sre_")
    import great_expectations as gx

import duckdb
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource

from expectations import dialect
from expectations.check import Check
from expectations.translation import expectation

# Counts are whole in every format; this one fetches a few failing values and not all of them.
RESULT_FORMAT: dict[str, Any] = {"result_format": "SUMMARY", "partial_unexpected_count": 5}


@contextmanager
def opened(connection: duckdb.DuckDBPyConnection) -> Iterator[SQLDatasource]:
    """A data source over the given connection. At the end its engines are disposed, not the connection."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source: SQLDatasource = context.data_sources.add_sql(
        "warehouse",
        connection_string=dialect.URL,
        kwargs=dialect.engine_options(connection),  # type: ignore[call-arg] # missing in its stub only
        create_temp_table=False,
    )
    try:
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def validate(source: SQLDatasource, table: str, checks: Sequence[Check]) -> dict[str, ExpectationValidationResult]:
    """Results by check name, all checks of one qualified table in one batch."""
    schema, name = table.split(".")
    with warnings.catch_warnings():
        # A schema per asset is deprecated in favour of one per connection; ours has several.
        warnings.simplefilter("ignore", DeprecationWarning)
        asset = source.add_table_asset(table, table_name=name, schema_name=schema)
    batch = asset.get_batch(asset.build_batch_request())
    suite = gx.ExpectationSuite(name=table, expectations=[expectation(check) for check in checks])
    results = batch.validate(suite, result_format=RESULT_FORMAT).results
    return {_check_name(result): result for result in results}


def _check_name(result: ExpectationValidationResult) -> str:
    configuration = result.expectation_config
    return str(configuration.meta["check"]) if configuration else ""
