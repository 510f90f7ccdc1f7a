"""A build of the models in a process of its own, and what it cost: `python -m tests.support.builds HOME`.

Prints one line of JSON: CPU seconds, peak memory in MB, whether the build was from all rows, rows and seconds by
table. Reading the project is left out, as it does not grow with the data; dbt's own work on each node is in.
"""

import json
import logging
import resource
import sys
import time
from pathlib import Path

from connectors.warehouse.connection import connect
from orchestration import building, dbt
from orchestration.settings import load_settings


def main(home: Path) -> None:
    settings = load_settings(home=home)
    dbt.manifest()
    logging.disable(logging.INFO)
    before, began = _cpu(), time.monotonic()
    results = building.build(settings, has_tests=False)
    cpu, wall = _cpu() - before, time.monotonic() - began
    failed = [f"{result.unique_id}: {result.message}" for result in results if result.status not in building.DONE]
    # as dbt has it open in this process: with other settings it would be refused
    with connect(settings.warehouse_file, memory_limit=settings.memory_limit, threads=settings.threads) as warehouse:
        rows = dict(
            warehouse.execute(
                "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() "
                "WHERE schema_name IN ('intermediate', 'marts')"
            ).fetchall()
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    slowest = {r.unique_id.split(".")[-1]: r.seconds for r in sorted(results, key=lambda r: -r.seconds)[:10]}
    sys.stdout.write(
        json.dumps({"cpu": cpu, "wall": wall, "peak": peak, "rows": rows, "slowest": slowest, "failed": failed}) + "\n"
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(Path(sys.argv[1]))
