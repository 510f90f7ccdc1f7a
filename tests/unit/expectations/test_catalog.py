"""The catalog: stable, complete, and cheap enough to read while definitions load."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from expectations.catalog import SUITES, UncheckedTableError, checks

ROOT = Path(__file__).parents[3]


def test_reading_the_catalog_imports_no_engine() -> None:
    program = (
        "import sys, expectations.catalog, expectations.runner, expectations.suites.raw, expectations.verdict\n"
        "assert expectations.catalog.checks('marts')\n"
        "heavy = {'great_expectations', 'pandas', 'sqlalchemy', 'duckdb_engine'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("suite", SUITES)
def test_a_name_stands_once_on_a_table(suite: str) -> None:
    names = Counter((check.table, check.name) for check in checks(suite))

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("suite", SUITES)
def test_names_are_facts_in_snake_case(suite: str) -> None:
    for check in checks(suite):
        assert check.name.replace("_", "").isalpha() and check.name == check.name.lower(), check.name
        assert check.suite == suite
        assert check.description.endswith((".", ")")), check.description
        assert len(check.table.split(".")) == 2


def test_checks_of_named_tables_keep_the_order_of_all() -> None:
    tables = ["marts.fct_opportunities", "marts.dim_dates"]
    named = checks("marts", tables=tables)

    assert named == tuple(check for check in checks("marts") if check.table in tables)
    assert {check.table for check in named} == set(tables)


def test_a_further_raw_table_adds_to_the_catalog_and_takes_nothing_away() -> None:
    campaign = checks("raw", tables=["raw_salesforce.campaign"])

    assert {check.table for check in campaign} == {"raw_salesforce.campaign"}
    assert len(campaign) == 9
    assert "raw_salesforce.campaign" not in {check.table for check in checks("raw")}


def test_a_mart_that_is_not_in_the_suite_is_refused() -> None:
    with pytest.raises(UncheckedTableError):
        checks("process_usage", tables=["marts.dim_dates"])


def test_raw_errors_are_load_integrity_only() -> None:
    assert {check.name for check in checks("raw") if check.severity == "error"} == {
        "id_is_unique",
        "id_is_not_null",
        "loaded_count_equals_the_ledger",
        "landed_pages_add_up_to_the_rows_read",
        "no_record_is_newer_than_the_cursor",
        "warehouse_agrees_with_the_source",
    }
