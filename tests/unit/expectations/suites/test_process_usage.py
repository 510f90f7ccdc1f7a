"""The process suite over a real ledger: facts per rule, tolerances, and what a manager gets to see."""

import duckdb
import pytest

from expectations.catalog import checks
from expectations.runner import run_suite
from expectations.suites.process_facts import RULES
from expectations.verdict import Verdict


def record(
    connection: duckdb.DuckDBPyConnection,
    rule_id: str = "OPP-01",
    *,
    record_id: str = "opportunity4",
    status: str = "open",
    severity: str = "high",
    owner_id: str = "user1",
    amount: float = 400,
    first_seen_at: str = "2026-05-12 18:00:00",
) -> None:
    """Writes one exception into the ledger."""
    connection.execute(
        "insert into marts.fct_process_exceptions values "
        "(?, ?, ?, ?, ?, ?, 'Ann', ?, 'why', ?, ?, timestamp '2026-05-13', null)",
        [
            f"{rule_id}-{record_id}",
            rule_id,
            severity,
            record_id,
            f"Deal of {record_id}",
            owner_id,
            amount,
            status,
            first_seen_at,
        ],
    )


def judged(connection: duckdb.DuckDBPyConnection) -> dict[str, Verdict]:
    return {one.check: one for one in run_suite(connection, "process_usage")}


def failed(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for name, one in judged(connection).items() if not one.is_passed}


def test_an_empty_ledger_passes_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    verdicts = run_suite(warehouse, "process_usage")

    assert all(one.is_passed for one in verdicts)
    assert [one.check for one in verdicts] == [check.name for check in checks("process_usage")]


def test_no_fact_about_the_process_stops_a_build() -> None:
    assert {check.severity for check in checks("process_usage")} == {"warning"}


def test_open_exceptions_break_the_fact_of_their_rule_and_no_other(warehouse: duckdb.DuckDBPyConnection) -> None:
    broken, kept = RULES[::2], RULES[1::2]
    for rule in broken:
        # Two of six deals, two sellers or one manager are more than any rule tolerates.
        record(warehouse, rule.rule_id, record_id="opportunity4")
        record(warehouse, rule.rule_id, record_id="opportunity5")

    found = failed(warehouse)

    assert {rule.fact for rule in broken} <= found
    assert not found & {rule.fact for rule in kept}


@pytest.mark.parametrize("status", ["resolved", "waived"])
def test_resolved_and_waived_exceptions_are_over(warehouse: duckdb.DuckDBPyConnection, status: str) -> None:
    record(warehouse, status=status, severity="critical", first_seen_at="2025-01-01", owner_id="gone")

    assert failed(warehouse) == set()


def test_a_rare_exception_is_tolerated(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into marts.fct_opportunities (opportunity_id, is_open) select 'more' || n, true from range(17) as r(n)"
    )
    record(warehouse, "OPP-01", record_id="opportunity4")
    record(warehouse, "OPP-01", record_id="opportunity5")

    # Two of twenty open deals are the ten percent that the rule tolerates.
    assert failed(warehouse) == set()
    record(warehouse, "OPP-01", record_id="opportunity6")
    assert failed(warehouse) == {"close_date_is_not_in_the_past"}


def test_the_sample_shows_the_greatest_amounts_first_and_the_count_is_whole(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for number in range(250):
        record(warehouse, "OPP-02", record_id=f"deal{number}", amount=number)

    verdict = judged(warehouse)["open_opportunities_have_a_next_step"]

    assert (verdict.failing_count, verdict.evaluated_count) == (250, 3)
    assert [row["at_risk_amount"] for row in verdict.sample] == [249.0, 248.0, 247.0, 246.0, 245.0]
    assert verdict.sample[0] == {
        "record_id": "deal249",
        "record_name": "Deal of deal249",
        "owner_name": "Ann",
        "at_risk_amount": 249.0,
        "rule_id": "OPP-02",
        "detail": "why",
        "first_seen_at": "2026-05-12T18:00:00",
    }


def test_an_open_critical_exception_fails(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, "OWN-01", severity="critical")

    assert failed(warehouse) == {"no_critical_exception_is_open"}


def test_an_exception_is_open_for_too_long_after_thirty_days(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, "OWN-01", first_seen_at="2026-04-13 18:00:00")
    assert failed(warehouse) == set()

    record(warehouse, "OWN-01", record_id="opportunity5", first_seen_at="2026-04-13 17:59:59")
    assert failed(warehouse) == {"no_exception_is_open_for_too_long"}


def test_an_open_exception_of_somebody_who_left_fails(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("update marts.dim_users set is_active = false where user_id = 'user1'")
    record(warehouse, "OWN-01")

    assert failed(warehouse) == {"open_exceptions_have_an_active_owner"}


def test_without_a_ledger_there_is_nothing_to_judge(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table marts.fct_process_exceptions")

    assert run_suite(warehouse, "process_usage") == ()
