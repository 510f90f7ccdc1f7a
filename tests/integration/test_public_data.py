"""The pipeline over public data sets, where they are at hand: figures known beforehand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.commands import ROOT, SHARED, Command, salespulse, sandbox_org

MAPPINGS = ROOT / "connectors" / "sandbox" / "files" / "mappings"
MAVEN, KITTYCORN = SHARED / "maven", SHARED / "kittycorn"

pytestmark = pytest.mark.xdist_group("public_data")


def _query(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=file.name != ":memory:") as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Command]]:
    if not MAVEN.is_dir():
        pytest.skip("the public CRM data set is not here")
    home = tmp_path_factory.mktemp("maven")
    with sandbox_org("--from-csv", str(MAVEN), "--mapping", str(MAPPINGS / "maven.toml")) as org:
        yield home, salespulse(home, "run", "--json", env=org)


def test_the_run_over_the_public_crm_data_succeeds(maven: tuple[Path, Command]) -> None:
    _, command = maven
    assert command.exit_code == 0, command.stderr
    assert command.document["errors"] == []


def test_the_published_marts_hold_the_known_figures(maven: tuple[Path, Command]) -> None:
    home, _ = maven
    found = _query(
        home / "current" / "sales_metrics.duckdb",
        "select count(*), count(*) filter (is_won), sum(amount) filter (is_won), count(*) filter (is_lost), "
        "count(*) filter (is_open) from marts.fct_opportunities",
    )
    opportunities, won, bookings, lost, still_open = found[0]
    assert (opportunities, won, int(bookings), lost, still_open) == (8_800, 4_238, 10_005_534, 2_473, 2_089)


def test_the_weekly_kpis_add_up_to_the_same_bookings(maven: tuple[Path, Command]) -> None:
    home, _ = maven
    file = home / "current" / "sales_metrics.duckdb"
    found = _query(
        file, "select sum(bookings_amount), sum(won_count), sum(lost_count) from marts.rpt_owner_kpis_weekly"
    )
    assert tuple(int(value) for value in found[0]) == (10_005_534, 4_238, 2_473)


def test_every_manager_of_the_public_data_gets_a_pack_of_their_own(maven: tuple[Path, Command]) -> None:
    home, _ = maven
    books = list((home / "outbox" / "manager_pack").rglob("*.xlsx"))
    assert len(books) == 6


def test_activities_in_true_salesforce_shape_sync_whole_with_every_column(tmp_path: Path) -> None:
    if not KITTYCORN.is_dir():
        pytest.skip("the public activity data set is not here")
    with sandbox_org("--from-csv", str(KITTYCORN)) as org:
        command = salespulse(tmp_path, "sync", "--json", env=org)
    assert command.exit_code == 0, command.stderr
    rows = {name: values["row_count"] for name, values in command.document["objects"].items() if values["row_count"]}
    expected = {"User": 123, "Task": 42, "Event": 51, "Account": 48, "Contact": 59}
    for table, columns in expected.items():
        source = _query(Path(":memory:"), f"select count(*) from '{KITTYCORN / table}.parquet'")[0][0]
        assert rows[table] == source
        found = _query(
            tmp_path / "warehouse.duckdb",
            f"select count(*) from duckdb_columns() where schema_name = 'raw_salesforce' and table_name = "
            f"'{table.lower()}' and not starts_with(column_name, '_')",
        )
        assert found[0][0] >= columns
