"""Why the numbers can be trusted, or not: how fresh each object is, and what the checks found."""

from typing import Any

from connectors.delivery.pack import Mark, PackColumn, PackRow, PackTable
from connectors.delivery.report import Section
from orchestration.report.published import Published

FRESHNESS = """
select object_name, row_count, cursor_at, updated_at
from ops.sync_state
order by object_name
"""
FRESHNESS_COLUMNS = (
    PackColumn("object_name", "Object"),
    PackColumn("row_count", "Rows", "count"),
    PackColumn("cursor_at", "Complete up to", "datetime"),
    PackColumn("updated_at", "Read at", "datetime"),
)

# The newest result of each check; failing ones first, errors before warnings.
CHECKS = """
with numbered as (
    select
        *,
        row_number() over (
            partition by suite, check_name, table_name order by checked_at desc, run_id desc
        ) as recency_number
    from ops.check_results
)

select suite, check_name, table_name, severity, is_passed, failing_count, evaluated_count
from numbered
where recency_number = 1
order by is_passed, severity, failing_count desc nulls last, suite, table_name, check_name
"""
CHECK_COLUMNS = (
    PackColumn("result", "Result", "severity"),
    PackColumn("check_name", "What should hold"),
    PackColumn("table_name", "Table"),
    PackColumn("suite", "Suite"),
    PackColumn("failing_count", "Failing", "count"),
    PackColumn("evaluated_count", "Looked at", "count"),
)


def section(published: Published) -> Section:
    """Both tables. Checks that passed are counted, not listed."""
    checks = published.rows(CHECKS)
    failing = [check for check in checks if not check["is_passed"]]
    return Section(
        name="trust",
        title="Data freshness and checks",
        lead=f"{len(checks) - len(failing)} of {len(checks)} checks passed.",
        tables=(_failing(failing), _freshness(published)),
    )


def _failing(checks: list[dict[str, Any]]) -> PackTable:
    rows = []
    for check in checks:
        mark: Mark = "bad" if check["severity"] == "error" else "warn"
        values = {**check, "result": "Error" if mark == "bad" else "Warning", "check_name": _sentence(check)}
        rows.append(PackRow(tuple(values[c.name] for c in CHECK_COLUMNS), marks={"result": mark}))
    return PackTable("failing_checks", "Checks that did not pass", CHECK_COLUMNS, tuple(rows))


def _sentence(check: dict[str, Any]) -> str:
    """`close_date_is_not_in_the_past` as the sentence that it is; it can then wrap, too."""
    return " ".join(str(check["check_name"]).replace("_", " ").split())


def _freshness(published: Published) -> PackTable:
    rows = []
    for state in published.rows(FRESHNESS):
        values = {
            **state,
            "cursor_at": published.local(state["cursor_at"]),
            "updated_at": published.local(state["updated_at"]),
        }
        rows.append(PackRow(tuple(values[c.name] for c in FRESHNESS_COLUMNS)))
    note = f"The oldest and the newest of these frame what the page knows; times are in {published.zone}."
    return PackTable("freshness", "Data freshness", FRESHNESS_COLUMNS, tuple(rows), note)
