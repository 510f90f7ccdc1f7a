"""A build of the models in a process of its own, and what it cost: `python -m tests.support.builds HOME`.

Prints one line of JSON: CPU seconds in all and of the SQL alone, peak memory in MB, rows by table, and for each
model the CPU seconds of its SQL, dearest first. Reading the project is left out, as it does not grow with the data.
With SALESPULSE_THREADS=1 the SQL's seconds are exact; with more, what dbt does beside a statement counts as its own.
"""

import json
import logging
import re
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from connectors.warehouse.connection import connect
from orchestration import building, dbt
from orchestration.settings import load_settings

NODE = re.compile(r'"node_id": "(?:\w+\.){2}(\w+)')


def main(home: Path) -> None:
    settings = load_settings(home=home)
    dbt.manifest()
    logging.disable(logging.INFO)
    of_sql = _follow_statements()
    before, began = _cpu(), time.monotonic()
    results = building.build(settings, has_tests=False)
    cpu, wall = _cpu() - before, time.monotonic() - began
    failed = [f"{result.unique_id}: {result.message}" for result in results if result.status not in building.DONE]
    # as dbt has it open in this process: with other settings it would be refused
    with connect(settings.warehouse_file, memory_limit=settings.memory_limit, threads=settings.threads) as warehouse:
        tables = warehouse.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE schema_name IN ('intermediate', 'marts') "
            "UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE schema_name = 'marts'"
        ).fetchall()
        rows = {
            table: (warehouse.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0] for (table,) in tables
        }
    told = {
        "cpu": cpu,
        "sql_cpu": sum(of_sql.values()),
        "wall": wall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "nodes": len(results),
        "left": sum(result.status == "unchanged" for result in results),
        "rows": rows,
        "sql": dict(sorted(of_sql.items(), key=lambda each: -each[1])),
        "failed": failed,
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _follow_statements() -> dict[str, float]:
    """CPU seconds by node, as the statements that dbt sends from now on are run.

    A statement without a name, as the commit that writes the rows, is of the node that its thread works on.
    """
    spent: dict[str, float] = defaultdict(float)
    at = threading.local()
    execute: Callable[..., Any] = DuckDBCursorWrapper.execute

    def measured(self: Any, sql: str, bindings: Any = None) -> Any:
        if named := NODE.search(sql):
            at.node = named[1]
        before = _cpu()
        try:
            return execute(self, sql, bindings)
        finally:
            spent[getattr(at, "node", "(none)")] += _cpu() - before

    patch.object(DuckDBCursorWrapper, "execute", measured).start()
    return spent


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(Path(sys.argv[1]))
