"""Raw tables: created, grown, kept, retyped or refused; and the ops ledgers."""

from collections.abc import Callable

import duckdb
import pytest

from connectors.landed import Column, LandedBatch
from connectors.warehouse import ledger
from connectors.warehouse.errors import SchemaChangedError
from connectors.warehouse.landing import load
from connectors.warehouse.names import literal
from connectors.warehouse.ops import OPS_TABLES, create_schemas
from connectors.warehouse.schemas import ensure_table, source_names, stored_columns

ID = Column("Id", "id", "VARCHAR")


def noted(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None, str | None]]:
    changes = ledger.schema_changes(warehouse)
    return [(change.field_name, change.change, change.before, change.after) for change in changes]


def test_the_ledgers_are_created_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    create_schemas(warehouse)
    create_schemas(warehouse)
    found = warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'ops'").fetchall()
    assert {name for (name,) in found} == set(OPS_TABLES)


def test_an_object_with_a_reserved_name_gets_table_and_change_log(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    types = ensure_table(warehouse, "user", [ID, Column("Order", "order", "decimal(18, 2)")])
    assert types == {"id": "VARCHAR", "order": "DECIMAL(18,2)"}
    columns = [row[0] for row in warehouse.execute('DESCRIBE raw_salesforce."user__changes"').fetchall()]
    loader = ["_loaded_at", "_load_id", "_job_id", "_deleted_at", "_deletion_kind"]
    assert columns == ["id", "order", *loader, "_seen_at", "_superseded_at"]
    rows = [row[0] for row in warehouse.execute('DESCRIBE raw_salesforce."user"').fetchall()]
    assert rows == ["id", "order", *loader]


def test_an_object_that_the_org_lacks_is_an_empty_table_with_the_expected_columns(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for _ in range(2):
        ensure_table(warehouse, "forecasting_quota", [], expected=[ID, Column("QuotaAmount", "quota_amount", "DOUBLE")])
    assert warehouse.execute("SELECT id, quota_amount FROM raw_salesforce.forecasting_quota").fetchall() == []
    assert ledger.known_columns(warehouse, "forecasting_quota") == {}
    assert noted(warehouse) == []


def test_a_new_field_is_added_and_noted(warehouse: duckdb.DuckDBPyConnection) -> None:
    ensure_table(warehouse, "lead", [ID], object_name="Lead")
    ensure_table(warehouse, "lead", [ID, Column("Score__c", "score__c", "DOUBLE")], object_name="Lead", run_id="r2")
    (change,) = ledger.schema_changes(warehouse, "r2")
    assert (change.object_name, change.field_name, change.change, change.after) == (
        "Lead",
        "Score__c",
        "added",
        "DOUBLE",
    )


@pytest.mark.parametrize("comment", ["Ask Jo before you use this.", "", "[1, 2]", '{"id": null}', "7"])
def test_a_comment_of_somebody_else_at_a_raw_table_hides_no_field_and_stays(
    warehouse: duckdb.DuckDBPyConnection, comment: str
) -> None:
    both = [ID, Column("Score__c", "score__c", "DOUBLE")]
    ensure_table(warehouse, "lead", both)
    warehouse.execute("COMMENT ON TABLE raw_salesforce.lead__changes IS " + literal(comment))
    ensure_table(warehouse, "lead", both)
    assert source_names(warehouse, "lead") == {"id": "Id", "score__c": "Score__c"}
    assert noted(warehouse) == []
    found = warehouse.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'lead__changes'").fetchall()
    assert found == [(comment,)]
    ensure_table(warehouse, "lead", [ID])
    assert [(field, change) for field, change, _, _ in noted(warehouse)] == [("Score__c", "vanished")]
    assert source_names(warehouse, "lead") == {"id": "Id"}


def test_a_vanished_field_is_kept_noted_once_and_noted_again_when_it_is_back(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    both = [ID, Column("Score__c", "score__c", "DOUBLE")]
    for columns in (both, [ID], [ID], both, [ID]):
        ensure_table(warehouse, "lead", columns)
        at_columns = (
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'lead__changes' AND comment <> ''"
        )
        spelled = {column.name: column.source_name for column in columns}
        assert dict(warehouse.execute(at_columns).fetchall()) == source_names(warehouse, "lead") == spelled
    assert [(field, change) for field, change, _, _ in noted(warehouse)] == [
        ("Score__c", "vanished"),
        ("Score__c", "added"),
        ("Score__c", "vanished"),
    ]
    assert stored_columns(warehouse, "lead")["score__c"].source_name is None
    assert ledger.known_columns(warehouse, "lead") == {"id": "VARCHAR"}


def test_a_missing_field_that_only_the_models_expect_has_not_vanished(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    expected = [ID, Column("Score__c", "score__c", "DOUBLE")]
    for _ in range(2):
        ensure_table(warehouse, "lead", [ID], expected=expected)
    assert noted(warehouse) == []


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("BIGINT", "DOUBLE", 5.0),
        ("BIGINT", "DECIMAL(18,2)", 5),
        ("DECIMAL(18,2)", "DECIMAL(18,4)", 5),
        ("DATE", "VARCHAR", "2026-01-05"),
        ("BOOLEAN", "VARCHAR", "true"),
    ],
)
def test_a_wider_type_keeps_the_stored_values_and_is_noted(
    warehouse: duckdb.DuckDBPyConnection,
    land: Callable[..., LandedBatch],
    before: str,
    after: str,
    value: object,
) -> None:
    text = {"DATE": "2026-01-05", "BOOLEAN": "true"}.get(before, "5")
    load(warehouse, land([["1", text]], columns=[ID, Column("F__c", "f__c", before)]), run_id="r1")
    load(warehouse, land([], columns=[ID, Column("F__c", "f__c", after)]), run_id="r2")
    for table in ("opportunity", "opportunity__changes"):
        assert warehouse.execute(f"SELECT f__c FROM raw_salesforce.{table}").fetchall() == [(value,)]
    assert noted(warehouse) == [("F__c", "retyped", before, after)]


def test_a_narrower_type_is_read_into_the_wider_column_and_noted_once(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([["1", "n/a"]], columns=[ID, Column("F__c", "f__c", "VARCHAR")]), run_id="r1")
    for run, key in (("r2", "2"), ("r3", "3")):
        load(warehouse, land([[key, "7"]], columns=[ID, Column("F__c", "f__c", "BIGINT")]), run_id=run)
    values = warehouse.execute("SELECT f__c FROM raw_salesforce.opportunity ORDER BY id").fetchall()
    assert values == [("n/a",), ("7",), ("7",)]
    assert noted(warehouse) == [("F__c", "retyped", "VARCHAR", "BIGINT, kept as VARCHAR")]


def test_an_all_null_column_takes_any_type(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([["1", ""]], columns=[ID, Column("F__c", "f__c", "DATE")]), run_id="r1")
    load(warehouse, land([["2", "1.5"]], columns=[ID, Column("F__c", "f__c", "DOUBLE")]), run_id="r2")
    assert noted(warehouse) == [("F__c", "retyped", "DATE", "DOUBLE")]


def test_an_incompatible_type_is_refused_and_nothing_changes(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([["1", "2026-01-05"]], columns=[ID, Column("F__c", "f__c", "DATE")]), run_id="r1")
    with pytest.raises(
        SchemaChangedError, match=r"opportunity\.f__c changed from DATE to DOUBLE.*If the change is meant"
    ):
        load(warehouse, land([["2", "1.5"]], columns=[ID, Column("F__c", "f__c", "DOUBLE")]), run_id="r2")
    assert ledger.known_columns(warehouse, "opportunity") == {"id": "VARCHAR", "f__c": "DATE"}
    assert ledger.loads(warehouse, "r2") == ()


def test_a_stored_number_that_the_wider_scale_cannot_hold_is_refused_by_name(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    columns = [ID, Column("Amount", "amount", "DECIMAL(18,2)")]
    load(warehouse, land([["1", "9999999999999999.99"]], columns=columns), run_id="r1")
    with pytest.raises(SchemaChangedError, match=r"opportunity\.Amount changed .* a stored value does not fit"):
        ensure_table(warehouse, "opportunity", [ID, Column("Amount", "amount", "DECIMAL(18,6)")])
    assert ledger.known_columns(warehouse, "opportunity")["amount"] == "DECIMAL(18,2)"


@pytest.mark.parametrize("name", ["score__c", "_loaded_at"])
def test_two_fields_of_one_name_are_refused(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    columns = [ID, Column("Score__c", "score__c", "DOUBLE"), Column("score__C", name, "DOUBLE")]
    with pytest.raises(SchemaChangedError, match="two fields have the same name"):
        ensure_table(warehouse, "lead", columns)


def test_a_field_that_would_take_another_ones_column_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    """`Loss_Reason__c` is spelled like the column that `LossReason__c` has had while it was alone."""
    ensure_table(warehouse, "lead", [ID, Column("LossReason__c", "loss_reason__c", "VARCHAR")])
    both = [
        Column("Loss_Reason__c", "loss_reason__c", "VARCHAR"),
        Column("LossReason__c", "loss_reason__c_1a", "VARCHAR"),
    ]
    with pytest.raises(SchemaChangedError, match=r"LossReason__c.*Loss_Reason__c.*SALESPULSE_FIELDS_EXCLUDE"):
        ensure_table(warehouse, "lead", [ID, *both])
    ensure_table(warehouse, "lead", [ID, Column("lossReason__C", "loss_reason__c", "VARCHAR")])


def test_ids_are_written_without_a_dictionary_also_after_the_table_has_grown(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = [Column("Id", "id", "VARCHAR"), Column("Name", "name", "VARCHAR")]
    ensure_table(warehouse, "opportunity", columns)
    ensure_table(warehouse, "opportunity", [*columns, Column("Amount", "amount", "BIGINT")])
    warehouse.execute("INSERT INTO raw_salesforce.opportunity__changes (id) SELECT '006' || range FROM range(5000)")
    warehouse.execute("CHECKPOINT")
    found = warehouse.execute(
        "SELECT DISTINCT compression FROM pragma_storage_info('raw_salesforce.opportunity__changes') "
        "WHERE column_name = 'id' AND segment_type = 'VARCHAR'"
    ).fetchall()
    assert found == [("ZSTD",)]
