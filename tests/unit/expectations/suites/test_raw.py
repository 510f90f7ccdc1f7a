"""The raw suite on a real warehouse: what holds, and that each check fails on what it is there for."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from connectors.salesforce.objects import OBJECTS
from expectations.catalog import checks
from expectations.judgement import verdict as verdict_of
from expectations.runner import run_suite
from expectations.session import opened, validate
from expectations.suites.raw import CURSORS
from expectations.verdict import Verdict


@dataclass(frozen=True)
class Break:
    """A change to the warehouse, and the check that must see it, with its count of failures."""

    check: str
    table: str
    sql: str
    failing_count: int
    severity: str = "error"


REJECTED = """
    update ops.loads set rows_rejected = 1 where table_name = 'event';
    insert into ops.rejects values
        ('Event', 'event1', 'DurationInMinutes', '30.5', 'BIGINT', '750', '{run}', timestamp '2026-05-13')
"""

DIFFERS = """
    insert into ops.reconciliation by name select 'run-1' as run_id, 'task' as table_name, 'live rows' as measure,
        9 as source_count, 7 as warehouse_count, false as is_equal
"""

STALLED = """
    insert into ops.source_state by name select 'run-' || n as run_id, 'lead' as table_name,
        timestamp '2026-05-13 18:00' as cursor_at, timestamp '2026-05-13 19:00' as newest_change_at,
        timestamp '2026-05-14' + to_days(n) as measured_at from range(1, 3) as runs(n)
"""

VANISHED = """
    insert into ops.schema_changes by name select 'Contact' as object_name, 'Title' as field_name,
        'vanished' as change, timestamp '2026-05-14' as seen_at
"""

BREAKS = (
    Break("warehouse_agrees_with_the_source", "task", DIFFERS, 1),
    Break("cursor_moves_while_the_source_does", "lead", STALLED, 1, "warning"),
    Break("fields_are_those_of_the_last_publication", "contact", VANISHED, 1, "warning"),
    Break("id_is_unique", "user", 'insert into raw_salesforce."user" select * from raw_salesforce."user"', 3),
    Break("id_is_not_null", "lead", "update raw_salesforce.lead set id = null", 1),
    Break("loaded_count_equals_the_ledger", "task", "delete from raw_salesforce.task where id = 'task1'", 1),
    Break("loaded_count_equals_the_ledger", "task", "delete from ops.sync_state where table_name = 'task'", 1),
    Break(
        "landed_pages_add_up_to_the_rows_read",
        "account",
        "delete from ops.landing_pages where object_name = 'Account' and page_number = 1",
        1,
    ),
    Break(
        "landed_pages_add_up_to_the_rows_read",
        "account",
        "insert into ops.loads by name "
        "select 'run-0' as run_id, 'Account' as object_name, 'account' as table_name, 'lost' as job_id, 9 as rows_read",
        1,
    ),
    Break(
        "no_record_is_newer_than_the_cursor",
        "contact",
        "update raw_salesforce.contact set system_modstamp = timestamp '2026-05-13 18:00:01'",
        2,
    ),
    Break(
        "no_record_is_newer_than_the_cursor",
        "opportunity_field_history",
        "update raw_salesforce.opportunity_field_history set created_date = timestamp '2027-01-01' "
        "where id = 'opportunity_field_history1'",
        1,
    ),
    Break("last_load_rejected_no_value", "event", REJECTED.format(run="run-1"), 1, "warning"),
    Break("synced_table_is_not_empty", "opportunity", "delete from raw_salesforce.opportunity", 1, "warning"),
    Break(
        "stage_name_is_a_known_stage",
        "opportunity",
        "update raw_salesforce.opportunity set stage_name = 'Verbal' where id in ('opportunity5', 'opportunity6')",
        2,
        "warning",
    ),
    Break(
        "owner_id_is_a_known_user",
        "opportunity",
        "update raw_salesforce.opportunity set owner_id = 'gone' where id = 'opportunity4'",
        1,
        "warning",
    ),
    Break(
        "manager_id_is_a_known_user",
        "user",
        "update raw_salesforce.\"user\" set manager_id = 'gone' where id = 'user1'",
        1,
        "warning",
    ),
)


def verdicts_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Verdict]:
    return {one.check: one for one in run_suite(connection, "raw", tables=[f"raw_salesforce.{table}"])}


def judged(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> Verdict:
    """The verdict on one check alone, which is several times cheaper than on its whole table."""
    check = next(one for one in checks("raw", tables=[table]) if one.name == name)
    with opened(connection) as source:
        result = validate(source, table, [check])[name]
    return verdict_of(check, result, 0)


def test_every_check_holds_on_a_warehouse_that_was_loaded_whole(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = run_suite(warehouse, "raw")

    assert [one for one in verdicts if not one.is_passed] == []
    assert {(one.failing_count, one.sample) for one in verdicts} == {(0, ())}
    assert [(one.check, one.table, one.description) for one in verdicts] == [
        (check.name, check.table, check.description) for check in checks("raw")
    ]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.check}-{broken.table}")
def test_a_check_fails_on_what_it_is_there_for(warehouse: duckdb.DuckDBPyConnection, broken: Break) -> None:
    warehouse.execute(broken.sql)

    verdict = judged(warehouse, broken.check, f"raw_salesforce.{broken.table}")

    assert not verdict.is_passed
    assert (verdict.failing_count, verdict.severity) == (broken.failing_count, broken.severity)
    assert len(verdict.sample) == broken.failing_count


def test_each_kind_of_check_has_a_change_that_breaks_it() -> None:
    kinds = {check.name for check in checks("raw")}
    references = {name for name in kinds if name.endswith("_id_is_a_known_" + name.rpartition("_known_")[2])}

    assert kinds - references == {one.check for one in BREAKS} - references


def test_a_difference_of_an_earlier_sync_is_over(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(DIFFERS.replace("run-1", "run-0"))

    assert verdicts_of(warehouse, "task")["warehouse_agrees_with_the_source"].is_passed


@pytest.mark.parametrize(
    "change",
    [
        "delete from ops.source_state where run_id = 'run-1'",
        "update ops.source_state set cursor_at = timestamp '2026-05-12' where run_id = 'run-1'",
        "update ops.source_state set newest_change_at = cursor_at",
        "update ops.source_state set newest_change_at = measured_at - interval 1 minute",
    ],
    ids=["the first sync", "it moved", "nothing is newer", "it is still settling"],
)
def test_a_cursor_that_stands_for_a_reason_is_not_stalled(warehouse: duckdb.DuckDBPyConnection, change: str) -> None:
    warehouse.execute(f"{STALLED}; {change}")

    assert verdicts_of(warehouse, "lead")["cursor_moves_while_the_source_does"].is_passed


def test_a_change_of_fields_is_known_once_it_is_published(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(f"{VANISHED}; insert into ops.publications by name select timestamp '2026-05-15' as published_at")

    assert verdicts_of(warehouse, "contact")["fields_are_those_of_the_last_publication"].is_passed


def test_the_sample_names_the_duplicated_record(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into raw_salesforce.lead select * from raw_salesforce.lead")

    verdict = verdicts_of(warehouse, "lead")["id_is_unique"]

    assert verdict.sample == ({"id": "lead1", "row_count": 2},)
    assert verdict.evaluated_count == 2


def test_a_count_off_by_one_shows_both_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("update ops.sync_state set row_count = 8 where table_name = 'opportunity'")

    verdict = verdicts_of(warehouse, "opportunity")["loaded_count_equals_the_ledger"]

    assert verdict.sample == ({"table_name": "opportunity", "loaded_count": 7, "ledger_count": 8},)


def test_a_table_that_was_never_synced_is_empty_and_passes(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "delete from raw_salesforce.opportunity; delete from ops.sync_state where table_name = 'opportunity';"
        "delete from ops.loads where table_name = 'opportunity'"
    )

    assert all(one.is_passed for one in verdicts_of(warehouse, "opportunity").values())


def test_ids_into_a_table_that_was_never_synced_pass(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("delete from raw_salesforce.\"user\"; delete from ops.sync_state where table_name = 'user'")

    assert verdicts_of(warehouse, "opportunity")["owner_id_is_a_known_user"].is_passed


def test_a_page_that_two_runs_wrote_down_counts_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into ops.landing_pages by name select * replace ('run-2' as run_id) from ops.landing_pages"
    )

    assert verdicts_of(warehouse, "account")["landed_pages_add_up_to_the_rows_read"].is_passed


def test_rejects_of_an_earlier_load_are_over(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(REJECTED.format(run="run-0") + "; update ops.loads set rows_rejected = 0")

    assert verdicts_of(warehouse, "event")["last_load_rejected_no_value"].is_passed


def test_a_value_that_is_rejected_again_is_still_shown(warehouse: duckdb.DuckDBPyConnection) -> None:
    # The ledger of rejects has it once, under the run that met it first.
    warehouse.execute(REJECTED.format(run="run-0"))

    verdict = verdicts_of(warehouse, "event")["last_load_rejected_no_value"]

    assert (verdict.is_passed, verdict.sample[0]["value"]) == (False, "30.5")


def test_deleted_records_do_not_count_as_loaded(warehouse: duckdb.DuckDBPyConnection) -> None:
    gone = "select 'gone' as id, timestamp '2026-05-02' as _deleted_at"
    warehouse.execute(f"insert into raw_salesforce.lead by name {gone}")

    assert verdicts_of(warehouse, "lead")["loaded_count_equals_the_ledger"].is_passed


def test_a_window_cut_on_another_column_is_not_held_against_this_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("update raw_salesforce.contact set system_modstamp = timestamp '2027-01-01'")
    warehouse.execute("update ops.sync_state set cursor_name = null where table_name = 'contact'")

    assert verdicts_of(warehouse, "contact")["no_record_is_newer_than_the_cursor"].is_passed


def test_what_changes_while_everything_is_read_may_be_newer_than_the_cursor(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("update raw_salesforce.contact set system_modstamp = timestamp '2026-05-13 18:00:20'")
    warehouse.execute("update ops.loads set mode = 'full' where table_name = 'contact'")

    assert verdicts_of(warehouse, "contact")["no_record_is_newer_than_the_cursor"].is_passed


def test_a_further_object_gets_the_integrity_checks(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "create table raw_salesforce.campaign as select 'c1' as id, cast(null as timestamp) as _deleted_at"
    )

    verdicts = verdicts_of(warehouse, "campaign")

    # The campaign has no SystemModstamp, so there is no window to judge it by.
    assert {name: one.is_passed for name, one in verdicts.items()} == {
        "id_is_unique": True,
        "id_is_not_null": True,
        "loaded_count_equals_the_ledger": False,
        "landed_pages_add_up_to_the_rows_read": True,
        "last_load_rejected_no_value": True,
        "warehouse_agrees_with_the_source": True,
        "cursor_moves_while_the_source_does": True,
        "fields_are_those_of_the_last_publication": True,
    }


def test_the_suite_knows_every_object_that_is_synced() -> None:
    synced = {"".join(f"_{c.lower()}" if c.isupper() else c for c in one.name)[1:] for one in OBJECTS}

    assert set(CURSORS) == synced


def test_a_file_opened_read_only_is_judged(tmp_path: Path) -> None:
    path = str(tmp_path / "raw.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("create schema raw_salesforce; create table raw_salesforce.lead (id varchar)")
    with duckdb.connect(path, read_only=True) as connection:
        verdicts = run_suite(connection, "raw")

    # Without a ledger only the keys can be judged.
    assert [(one.check, one.is_passed) for one in verdicts] == [
        ("id_is_unique", True),
        ("id_is_not_null", True),
    ]
