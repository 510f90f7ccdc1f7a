"""One pipeline, run twice on a small embedded org, for all modules that look at what it made."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from connectors.sandbox.company import Company, found
from connectors.sandbox.simulate.setting.era import Era
from orchestration.embedded import OrgClock, read_clock, write_clock
from orchestration.settings import Settings
from tests.support.commands import Command, salespulse

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
def second_run(main_home: Path, first_run: Command) -> Command:
    assert first_run.exit_code == 0, first_run.stderr
    return salespulse(main_home, "run", "--json", env=SMALL)


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
