"""An export in the place of the org, as the run takes it: whole or not at all, and what is missing in the next one."""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.data_export.errors import DamagedExportError
from connectors.warehouse import ledger
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import RepeatedRowsError
from orchestration.defs.data_export import load_export
from orchestration.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
DEALS = ["Id", "Name", "IsDeleted", "CreatedDate", "SystemModstamp"]
CHANGES = ["Id", "OpportunityId", "Field", "CreatedDate"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "export").mkdir()
    folder = tmp_path / "export"
    return Settings(home=tmp_path / "home", export_folder=folder, _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(settings.warehouse_file, threads=1) as opened:
        yield opened


def write(settings: Settings, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    assert settings.export_folder is not None
    path = settings.export_folder / f"{name}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    return path


def ago(days: int) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def deal(key: str, days: int = 3) -> list[str]:
    return [key, f"Deal {key}", "0", ago(900), ago(days)]


def loaded(connection: duckdb.DuckDBPyConnection, settings: Settings, run: str, *names: str) -> None:
    for _ in load_export(connection, settings, names, run):
        pass


def states(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str | None]]:
    return connection.execute(f"SELECT id, _deletion_kind FROM raw_salesforce.{table} ORDER BY id").fetchall()


def test_history_that_the_next_export_lacks_for_its_age_is_not_deleted(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    names = ("Opportunity", "OpportunityFieldHistory")
    write(settings, names[0], DEALS, [deal("1"), deal("2")])
    write(settings, names[1], CHANGES, [[str(days), "1", "StageName", ago(days)] for days in (600, 300, 200, 9)])
    loaded(connection, settings, "r1", *names)
    write(settings, names[0], DEALS, [deal("2", days=1)])
    write(settings, names[1], CHANGES, [[str(days), "1", "StageName", ago(days)] for days in (300, 9)])
    loaded(connection, settings, "r2", *names)
    assert states(connection, "opportunity") == [("1", "hard"), ("2", None)]
    history = states(connection, "opportunity_field_history")
    assert history == [("200", "hard"), ("300", None), ("600", None), ("9", None)]


def test_an_id_that_stands_twice_in_a_file_stops_and_loads_nothing_of_it(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    write(settings, "Opportunity", DEALS, [deal("1"), deal("2"), deal("1", days=1)])
    with pytest.raises(RepeatedRowsError, match=r"Opportunity: 3 rows landed.*\(1 stands twice"):
        loaded(connection, settings, "r1", "Opportunity")
    assert ledger.sync_states(connection) == ()
    write(settings, "Opportunity", DEALS, [deal("1"), deal("2")])
    loaded(connection, settings, "r2", "Opportunity")
    assert states(connection, "opportunity") == [("1", None), ("2", None)]


def test_an_id_that_stands_in_two_parts_of_an_export_stops_as_well(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    assert settings.export_folder is not None
    content = write(settings, "Opportunity", DEALS, [deal("1")]).read_bytes()
    (settings.export_folder / "Opportunity.csv").unlink()
    for number in (1, 2):
        with zipfile.ZipFile(settings.export_folder / f"WE_00D300000000abc_{number}.ZIP", "w") as archive:
            archive.writestr("Opportunity.csv", content)
    with pytest.raises(RepeatedRowsError):
        loaded(connection, settings, "r1", "Opportunity")


@pytest.mark.parametrize("lost", [9, 2, 1])
def test_a_file_that_breaks_off_loads_nothing_of_the_whole_export(
    connection: duckdb.DuckDBPyConnection, settings: Settings, lost: int
) -> None:
    """In the middle of a value, before a quote, and where only the line break is missing."""
    write(settings, "Lead", ["Id", "Name"], [["1", "Ann"]])
    broken = write(settings, "Opportunity", DEALS, [deal("1"), deal("2")])
    broken.write_bytes(broken.read_bytes()[:-lost])
    with pytest.raises(DamagedExportError, match=r"Opportunity\.csv is damaged"):
        loaded(connection, settings, "r1", "Lead", "Opportunity")
    assert ledger.sync_states(connection) == ()


def test_an_object_whose_file_is_missing_keeps_its_rows(
    connection: duckdb.DuckDBPyConnection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings, "Opportunity", DEALS, [deal("1")])
    lead = write(settings, "Lead", ["Id", "Name"], [["1", "Ann"]])
    loaded(connection, settings, "r1", "Lead", "Opportunity")
    lead.unlink()
    write(settings, "Opportunity", DEALS, [deal("1", days=1)])
    loaded(connection, settings, "r2", "Lead", "Opportunity")
    assert states(connection, "lead") == [("1", None)]
    assert "Lead: it is not in the export; its table stays as it is" in caplog.text
