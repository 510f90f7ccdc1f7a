"""What it costs to simulate a company, and to open its org: opportunities a CPU minute and the peak of memory by scale.

`make bench` prints the table. Scales beyond 100 are measured when SALESPULSE_BENCH_SCALES says so ("1,20,100,500").
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.bench

GOAL = 200_000  # opportunities a CPU minute, with all their history and activities: one core does it
SCRIPT = """
import json, resource, sys, time
from datetime import date, datetime
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import DISK_SCALE, Era, found
from connectors.sandbox.store.org import Org
from connectors.sandbox.metadata.standard import standard_schema

scale, with_org = float(sys.argv[1]), sys.argv[2] == "org"
wall, cpu = time.monotonic(), time.process_time()
company = found(Era(7, scale, date(2026, 3, 18)))
tables, rows = company.tables(), {}
if with_org:
    org = Org(standard_schema(), tables, Clock(datetime(2026, 3, 18, 12)), company=company, on_disk=scale >= DISK_SCALE)
    for name in ("Opportunity", "OpportunityHistory", "Task", "Event"):
        rows[name] = org.cursor().execute(f'SELECT count(*) FROM versions."{name}"').fetchone()[0]
else:
    for name, table in tables.items():
        rows[name] = table.num_rows if hasattr(table, "num_rows") else sum(batch.num_rows for batch in table)
deals = company.pipeline.book.deals
print(json.dumps({
    "deals": int((deals.created < company.era.anchored).sum()), "all": len(deals), "rows": rows,
    "wall": time.monotonic() - wall, "cpu": time.process_time() - cpu,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def measured(scale: float, what: str) -> dict[str, float]:
    """The figures of one company in a process of its own, for its memory's sake."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(scale), what], capture_output=True, text=True, check=True, timeout=1_800
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # DuckDB shows its progress above
    rows = told.pop("rows")
    return told | {"history": rows["OpportunityHistory"], "activities": rows["Task"] + rows["Event"]}


def test_a_company_is_simulated_fast_enough() -> None:
    scales = [float(each) for each in os.environ.get("SALESPULSE_BENCH_SCALES", "1,20,100").split(",")]
    print(f"\n{os.cpu_count()} cores; opportunities of the three years up to the anchor; a fourth year comes on top")
    print("| scale | what | deals | history rows | activity versions | wall s | CPU s | a CPU minute | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    rates = {}
    for scale in scales:
        for what in ("records", "org"):
            told = measured(scale, what)
            rates[scale, what] = 60 * told["deals"] / told["cpu"]
            print(
                f"| {scale:g} | {what} | {told['deals']:,.0f} | {told['history']:,.0f} | {told['activities']:,.0f} | "
                f"{told['wall']:.1f} | {told['cpu']:.1f} | {rates[scale, what]:,.0f} | {told['peak']:,.0f} |"
            )
    assert max(rate for (_, what), rate in rates.items() if what == "records") > GOAL
