"""What the syncs and the checks of the made-up company left behind."""

from datetime import timedelta
from typing import Any

import duckdb

from tests.support.made_company.calendar import AS_OF
from tests.support.made_company.tables import insert


def ops(connection: duckdb.DuckDBPyConnection) -> None:
    for name, cursor_at, rows in (("Opportunity", AS_OF, 12), ("User", AS_OF - timedelta(hours=1), 10)):
        insert(
            connection,
            "ops.sync_state",
            object_name=name,
            table_name=name.lower(),
            cursor_at=cursor_at,
            row_count=rows,
            time_zone="Europe/Berlin",
            updated_at=AS_OF,
        )
    check: dict[str, Any] = {
        "run_id": "r",
        "suite": "marts",
        "table_name": "marts.fct_opportunities",
        "checked_at": AS_OF,
    }
    insert(
        connection,
        "ops.check_results",
        **check,
        check_name="opportunity_id_is_unique",
        severity="error",
        is_passed=True,
        failing_count=0,
        evaluated_count=12,
    )
    insert(
        connection,
        "ops.check_results",
        **check,
        check_name="close_date_is_not_in_the_past",
        severity="warning",
        is_passed=False,
        failing_count=2,
        evaluated_count=12,
    )
