"""Homes with the made-up company published in them; who works there and what it sold: `tests.support.made_company`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.made_company.company import FIRST_DAY, Company, publish, write


@pytest.fixture(scope="session")
def _company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("company") / "sales_metrics.duckdb")


@pytest.fixture(scope="session")
def _empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("empty") / "sales_metrics.duckdb", FIRST_DAY)


@pytest.fixture
def company(tmp_path: Path, _company_file: Path) -> Company:
    """A home with the made-up company published in it."""
    return publish(_company_file, tmp_path / "home")


@pytest.fixture
def new_company(tmp_path: Path, _empty_file: Path) -> Company:
    """The same people on their first day: no deal, no quota, no week."""
    return publish(_empty_file, tmp_path / "home")


@pytest.fixture
def make_home(company: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Path]]:
    """Sets SALESPULSE_HOME and the time zone to the company's, and gives the home."""

    def home() -> Path:
        path = company.file.parent.parent
        monkeypatch.setenv("SALESPULSE_HOME", str(path))
        monkeypatch.setenv("SALESPULSE_TIME_ZONE", "Europe/Berlin")
        return path

    yield home
