"""The checks of both borders as Dagster asset checks. What holds is said in `expectations.suites`.

Load integrity blocks what comes after it; process rules only warn. Every verdict is also written to
`ops.check_results`, which is published with the marts.
"""

from collections.abc import Collection, Iterator, Sequence

import dagster as dg

from connectors.warehouse import ledger
from expectations import catalog
from expectations.check import Check
from expectations.runner import run_suite
from expectations.verdict import Verdict
from orchestration.defs.resources import POOL, Warehouse
from orchestration.exits import explained

BORDERS = {"judge_raw": ("raw",), "judge_marts": ("marts", "process_usage")}


def asset_key(table: str) -> dg.AssetKey:
    """The asset behind a qualified table name."""
    return dg.AssetKey(table.split("."))


def spec(check: Check) -> dg.AssetCheckSpec:
    """The promise of a check, made before it runs."""
    return dg.AssetCheckSpec(
        name=check.name,
        asset=asset_key(check.table),
        description=check.description,
        blocking=check.severity == "error",
        metadata={"suite": check.suite, "severity": check.severity},
    )


def result(verdict: Verdict) -> dg.AssetCheckResult:
    """A verdict in Dagster's words."""
    severity = dg.AssetCheckSeverity.ERROR if verdict.severity == "error" else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        passed=verdict.is_passed,
        asset_key=asset_key(verdict.table),
        check_name=verdict.check,
        severity=severity,
        description=verdict.description,
        metadata={
            "failing": verdict.failing_count,
            "evaluated": verdict.evaluated_count,
            "sample": dg.MetadataValue.json(list(verdict.sample)),
        },
    )


def checks(assets: Collection[dg.AssetKey], *, late: Collection[dg.AssetKey]) -> list[dg.AssetChecksDefinition]:
    """One step per border, with the checks of those tables that are assets here.

    `late` are assets made from judged marts: in one step with these, each would wait for the other.
    """
    raw_tables = [".".join(key.path) for key in assets if key.path[0] == "raw_salesforce"]
    declared = [
        *catalog.checks("raw", tables=raw_tables),
        *catalog.checks("marts"),
        *catalog.checks("process_usage"),
    ]
    known = [check for check in declared if asset_key(check.table) in assets]
    borders = {name: [check for check in known if check.suite in suites] for name, suites in BORDERS.items()}
    borders["judge_forecast"] = [check for check in declared if asset_key(check.table) in late]
    return [_border(name, judged) for name, judged in borders.items()]


def _border(name: str, declared: Sequence[Check]) -> dg.AssetChecksDefinition:
    tables: dict[str, set[str]] = {}
    for check in declared:
        tables.setdefault(check.suite, set()).add(check.table)

    @dg.multi_asset_check(name=name, specs=[spec(check) for check in declared], can_subset=True, pool=POOL)
    def judge(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
        with explained(), warehouse.lock() as settings, warehouse.session(settings) as connection:
            verdicts = [v for suite in tables for v in run_suite(connection, suite, tables=tables[suite])]
            ledger.record_checks(connection, context.run.run_id, verdicts)
        asked = context.selected_asset_check_keys
        found = {dg.AssetCheckKey(asset_key(v.table), v.check): result(v) for v in verdicts}
        yield from (found[key] for key in found if key in asked)

    return judge
