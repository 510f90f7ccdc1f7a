"""One pipeline, run twice on a small embedded org, for all modules that look at what it made."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.sandbox.company import Company, found
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.truth.known import Known
from orchestration.embedded import OrgClock, read_clock, write_clock
from orchestration.settings import Settings
from tests.support.commands import Command, salespulse
from tests.support.telling import without_purged

SCALE = 0.2
SMALL = {"SALESPULSE_SANDBOX_SCALE": str(SCALE)}
AT_NIGHT = time(3)  # a whole minute, since the as-of instant has no seconds, and nobody works


@pytest.fixture(scope="session")
def main_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("main_job")
    today = datetime.now(UTC).date()
    begun = datetime.combine(today - timedelta(days=8), AT_NIGHT, UTC)
    write_clock(home / "sandbox.json", OrgClock(today, begun))
    return home


@pytest.fixture(scope="session")
def first_run(main_home: Path) -> Command:
    return salespulse(main_home, "run", "--json", env=SMALL)


@pytest.fixture(scope="session")
def finance_file(main_home: Path, first_run: Command) -> Path:
    """What finance has booked until the first run; only the second one is told of it."""
    assert first_run.exit_code == 0, first_run.stderr
    file = main_home / "bookings.csv"
    written = salespulse(main_home, "sandbox", "bookings", str(file), env=SMALL)
    assert written.exit_code == 0, written.stderr
    return file


@pytest.fixture(scope="session")
def second_run(main_home: Path, finance_file: Path) -> Command:
    return salespulse(main_home, "run", "--json", env={**SMALL, "SALESPULSE_FINANCE_BOOKINGS": str(finance_file)})


@pytest.fixture(scope="session")
def org_clock(main_home: Path, second_run: Command) -> OrgClock:
    """How far the org had lived when the second run met it; the first run met it a day before."""
    assert second_run.exit_code == 0, second_run.stderr
    clock = read_clock(main_home / "sandbox.json")
    assert clock is not None
    return clock


@pytest.fixture(scope="session")
def company(org_clock: OrgClock) -> Company:
    """The company behind that org, founded anew: it is the same for the same seed, scale and anchor."""
    return found(Era(Settings.model_fields["sandbox_seed"].default, SCALE, org_clock.anchor))


@pytest.fixture(scope="session")
def now(main_home: Path, org_clock: OrgClock) -> datetime:
    """The instant that the company is asked about and the marts are of."""
    with duckdb.connect(str(main_home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute("select as_of_at from intermediate.int_as_of").fetchall()
    assert rows == [(org_clock.now.replace(tzinfo=None),)]
    return org_clock.now


@pytest.fixture(scope="session")
def visible(company: Company, now: datetime) -> Company:
    """The company less the deals that had left the recycle bin when the org was first met: no one can know them."""
    return without_purged(company, now - timedelta(days=1))


@pytest.fixture(scope="session")
def known(visible: Company, now: datetime) -> Known:
    """What the company says of itself, of what had happened by then."""
    return visible.known(now)


@pytest.fixture(scope="module")
def published(main_home: Path, org_clock: OrgClock) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(main_home / "current" / "sales_metrics.duckdb"), read_only=True) as connection:
        yield connection
