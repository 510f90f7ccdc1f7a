"""The replay as a command sees it: told, swapped if equal, refused if not, and the codes it leaves with."""

import gzip
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors import landing_zone
from connectors.landed import Column, LandedBatch, LandedPage
from connectors.warehouse.connection import RunLock, connect
from connectors.warehouse.errors import WarehouseLockedError
from connectors.warehouse.landing import load
from orchestration.exits import Exit
from orchestration.rebuilding import replay
from orchestration.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    folder = landing_zone.new_folder(settings.landing, "salesforce", "lead", "r1")
    folder.mkdir(parents=True)
    content = gzip.compress(b'"Id","Name"\n"1","Ann"\n')
    (folder / "page-00001.csv.gz").write_bytes(content)
    page = LandedPage(1, folder / "page-00001.csv.gz", 1, len(content), hashlib.sha256(content).hexdigest())
    columns = (Column("Id", "id", "VARCHAR"), Column("Name", "name", "VARCHAR"))
    end = datetime(2026, 1, 31, tzinfo=UTC)
    batch = LandedBatch("Lead", "lead", "full", columns, (page,), "750", "q", None, None, end, 1.0, folder=folder)
    landing_zone.write_batch(batch)
    with connect(settings.warehouse_file, threads=1) as connection:
        load(connection, batch, run_id="r1")
    return settings


def names(settings: Settings) -> list[tuple[str]]:
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as connection:
        return connection.execute("SELECT name FROM raw_salesforce.lead").fetchall()


def test_an_equal_warehouse_is_swapped_and_the_old_one_kept(home: Settings) -> None:
    done = replay(home)
    assert done.exit_code == Exit.OK
    told = {finding.subject: (finding.verdict, finding.detail) for finding in done.findings}
    assert told["lead"] == ("ok", "1 versions, equal to the last one")
    assert told["swapped"][0] == "ok"
    assert names(home) == [("Ann",)]
    assert (home.root / "warehouse.replaced.duckdb").exists()
    assert not (home.root / "rebuilt").exists()


def test_a_different_warehouse_stays_until_the_difference_is_accepted(home: Settings) -> None:
    with connect(home.warehouse_file, threads=1) as connection:
        connection.execute("UPDATE raw_salesforce.lead__changes SET name = 'Bob'")
    refused = replay(home)
    assert refused.exit_code == Exit.CHECKS_FAILED
    assert "--accept-differences" in refused.findings[-1].detail
    assert names(home) == [("Bob",)]
    assert replay(home, accepts_differences=True).exit_code == Exit.OK
    assert names(home) == [("Ann",)]


def test_a_lost_warehouse_is_rebuilt_with_every_table_that_the_models_read(home: Settings) -> None:
    home.warehouse_file.unlink()
    assert replay(home).exit_code == Exit.OK
    assert names(home) == [("Ann",)]
    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM raw_salesforce.opportunity").fetchall() == [(0,)]


def test_no_replay_beside_a_run(home: Settings) -> None:
    with RunLock(home.root), pytest.raises(WarehouseLockedError):
        replay(home)
