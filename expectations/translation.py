"""Checks as Great Expectations' expectations.

Imported by `session`, which knows how to import Great Expectations quietly.
"""

import re
from typing import Any, ClassVar

from great_expectations.core import ExpectationValidationResult
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.check import Between, Check, NoRows, NotNull, OneOf, Unique

# Great Expectations' default is critical, so severity is always said.
SEVERITIES = {"error": "critical", "warning": "warning"}

# What SQLAlchemy would take for a bound parameter.
PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


class FailingRows(UnexpectedRowsExpectation):
    """A query returns no row. Counts first, and fetches rows only when there are any.

    The parent runs the query twice whatever comes out, and shows rows only in the result format that
    makes the other expectations fetch every failing value.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002 - the signature is the parent's
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> ExpectationValidationResult | dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        rows = self._rows(execution_engine) if count and execution_engine else []
        return {
            "success": count == 0,
            "result": {"observed_value": count, "details": {"unexpected_rows": rows}},
        }

    def _rows(self, execution_engine: ExecutionEngine[Any]) -> list[dict[str, Any]]:
        metric = MetricConfiguration(
            metric_name="unexpected_rows_query.table",
            metric_domain_kwargs=self._get_domain_kwargs(),
            metric_value_kwargs={"unexpected_rows_query": self.unexpected_rows_query},
        )
        rows: list[dict[str, Any]] = execution_engine.resolve_metrics([metric])[metric.id]
        return rows


def expectation(check: Check) -> Expectation:
    """The expectation that judges a check; its `meta` carries the check's name."""
    shared: dict[str, Any] = {"severity": SEVERITIES[check.severity], "meta": {"check": check.name}}
    match check.fact:
        case NoRows(sql):
            return FailingRows(unexpected_rows_query=query(sql), **shared)
        case Unique(columns):
            return FailingRows(unexpected_rows_query=query(_duplicates(columns)), **shared)
        case NotNull(column):
            return ExpectColumnValuesToNotBeNull(column=column, **shared)
        case Between(column, lowest, highest):
            return ExpectColumnValuesToBeBetween(column=column, min_value=lowest, max_value=highest, **shared)
        case OneOf(column, values):
            return ExpectColumnValuesToBeInSet(column=column, value_set=list(values), **shared)


def query(sql: str) -> str:
    """A check's SQL as Great Expectations wants it: `subject` is the batch, braces and colons are literal."""
    body = PARAMETER.sub(r"\:", sql.strip()).replace("{", "{{").replace("}", "}}")
    subject = "with subject as not materialized (select * from {batch})"
    if body.lower().startswith("with "):
        return f"{subject}, {body[5:].lstrip()}"
    return f"{subject} {body}"


def _duplicates(columns: tuple[str, ...]) -> str:
    key = ", ".join(columns)
    return f"select {key}, count(*) as row_count from subject group by {key} having count(*) > 1 order by count(*) desc"
