"""One pipeline, run twice on a small embedded org, for all modules that look at what it made."""

from pathlib import Path

import pytest

from tests.support.commands import Command, salespulse

SMALL = {"SALESPULSE_SANDBOX_SCALE": "0.2"}


@pytest.fixture(scope="session")
def main_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("main_job")


@pytest.fixture(scope="session")
def first_run(main_home: Path) -> Command:
    return salespulse(main_home, "run", "--json", env=SMALL)


@pytest.fixture(scope="session")
def second_run(main_home: Path, first_run: Command) -> Command:
    assert first_run.exit_code == 0, first_run.stderr
    return salespulse(main_home, "run", "--json", env=SMALL)
